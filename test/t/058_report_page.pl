# sqlite.report_html: a page about any job is one well-formed document that needs nothing else, whatever names and values
# are in it, and says what the records say. The example of five finance databases is judged by it as well: what sqlite.plan and a
# rehearsal foretell of its seven kinds of dirt is what the migration does.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = abs_path(dirname(__FILE__) . '/../..');
my $data = PostgreSQL::Test::Utils::tempdir() . '/data';
system_or_bail('bash', "$root/test/tools/build_data.sh", $data);
my $node = PostgreSQL::Test::Cluster->new('report_page');
$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "fsync = off\nlog_min_messages = error\nclient_min_messages = error\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite');
sub sql { return $node->safe_psql('postgres', $_[0]); }

# Reads the page as XML: by PostgreSQL where it is built with libxml, else by Python where that is there.
my $by_server = ($node->psql('postgres', q{SELECT '<a/>' IS DOCUMENT}))[0] == 0;
sub fault {
	my ($page) = @_;
	if ($by_server) {
		my $text = $page =~ s/'/''/gr;
		my (undef, undef, $err) = $node->psql('postgres', "SELECT xmlparse(DOCUMENT '$text') IS NOT NULL");
		return $err;
	}
	my $file = PostgreSQL::Test::Utils::tempdir() . '/page.html';
	append_to_file($file, $page);
	my ($out, $err) = run_command([ 'python3', '-c', 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])', $file ]);
	return $err;
}

sub check_page {
	my ($what, $page, @texts) = @_;
	is(fault($page), '', "$what: well-formed");
	unlike($page, qr/[^\x20-\x7e\n\t]/, "$what: ASCII");
	my @calls = grep { /^<(?:script|img|link|iframe|object)|\s(?:src|on\w+)=|href="(?!#)/i } $page =~ /<[a-z][^>]*>/gi;
	my ($style) = $page =~ m{<style>(.*?)</style>}s;
	is("@calls" . join('', $style =~ /\@import|url\(|expression/g), '', "$what: nothing that runs or comes from outside");
	like($page, qr/\A<!DOCTYPE html>\n<html lang="en"/, "$what: says what it is");
	my @bare = grep { !/scope="(?:col|row)"/ } $page =~ /<th\b[^>]*>/g;
	is("@bare", '', "$what: each heading says of what");
	like($page, $_, "$what: $_") for @texts;
	return;
}
# As the page shows it.
sub shown { my ($text) = @_; return join '', map { /[&<>"']/ ? { '&' => '&amp;', '<' => '&lt;', '>' => '&gt;', '"' => '&quot;', "'" => '&#39;' }->{$_} : $_ } split //, $text; }

# The finance example, with the spec that stands in its page of the documentation.
my @servers = qw(users checkins cashflow analytics alerts);
sql(join ';', map { "SELECT sqlite.attach('$data/finance/$_.db')" } @servers);
my ($spec) = slurp_file("$root/docs/examples/finance.md") =~ m{^```json /data/finance\.json\n(.*?)^```}ms;
$spec = decode_json($spec);
mkdir "$data/backup";
$spec->{backup} = "$data/backup";
my $arguments = "'{" . join(',', @servers) . "}', 'finance', '" . encode_json($spec) =~ s/'/''/gr . "'";
my $foretold = sql("SELECT regexp_replace(object, '^(data|orphans) of ', '') AS target, sum(predicted_rejects) FROM sqlite.plan($arguments) WHERE predicted_rejects > 0 GROUP BY 1 ORDER BY 1");
my $rehearsed = sql("SELECT target, read, written, rejected, changed FROM sqlite.rehearse($arguments) ORDER BY 1");
is(sql("SELECT count(*) FROM pg_ls_dir('$data/backup')"), '0', 'a rehearsal makes no backup');
sql("CALL sqlite.migrate($arguments)");
my $job = sql('SELECT max(job) FROM sqlite.jobs');
is(sql("SELECT count(*), count(DISTINCT server) FROM sqlite.job_tables WHERE job = $job"), '27|5', '27 tables of five databases');
is($rehearsed, sql("SELECT target, read, written, rejected, COALESCE((SELECT sum(n::int) FROM jsonb_each_text(changes) AS c (k, n)), 0) FROM sqlite.job_tables WHERE job = $job ORDER BY 1"), 'the migration does what its rehearsal did');
is($foretold, sql("SELECT target, rejected FROM sqlite.job_tables WHERE job = $job AND rejected > 0 ORDER BY 1"), 'and what the plan foretold');
my %kinds = (
	'a required value' => q{category = 'validation' AND columns = '{fullName}'}, 'an e-mail address' => q{message ~ 'email is an address'}, 'a ZIP code' => q{message ~ 'zip'},
	'a number out of range' => q{message ~ 'range|mood from'}, 'a date' => q{message ~ 'future|born|2025-02-30'}, 'a value of another type' => q{category = 'conversion' AND message ~ 'great|n/a'}, 'a row without parent' => q{sqlstate = '23503'});
cmp_ok(sql("SELECT count(*) FROM sqlite.rejects WHERE job = $job AND $kinds{$_}"), '>', 0, "rejected: $_") for sort keys %kinds;
is(sql("SELECT bool_and(rate = 100) FROM (SELECT round((t ->> 'success_rate')::numeric + (t ->> 'error_rate')::numeric, 3) AS rate FROM (SELECT sqlite.report($job) -> 'totals' AS t) AS s) AS r"), 't', 'rates add up');
my $page = sql("SELECT sqlite.report_html($job)");
check_page('finance', $page, qr/27 of 27 tables are proven identical/, qr/Every row is accounted for/, qr{/columns/transactions\.amount/excess_digits}, qr/EC1A 1BB/, qr/SHA-256/, (map { qr/\Q$_\E/ } split /\n/, sql("SELECT target FROM sqlite.job_tables WHERE job = $job")), map { qr/\Q$_\E/ } split /\n/, sql("SELECT source_digest FROM sqlite.validate($job)"));
unlike($page, qr/<details/, 'finance: few steps are shown as they are') if sql("SELECT count(*) FROM sqlite.job_steps WHERE job = $job AND kind <> 'comment'") <= 40;
check_page('without proof', sql("SELECT sqlite.report_html($job, proof => false)"), qr/not compared for this page/, qr/not looked at again/);
sql("DELETE FROM finance.payees WHERE name = 'Payee 3'");
check_page('changed since', sql("SELECT sqlite.report_html($job)"), qr/26 of 27 tables are proven identical/, qr/1 differs/, qr/class="verdict bad"/);
# Who may not see the job, who may see it and not run its code, and who may do both.
sql('CREATE ROLE guest LOGIN; CREATE ROLE auditor LOGIN BYPASSRLS');
sub said_to { my ($role, $statement) = @_; my (undef, $out, $err) = $node->psql('postgres', $statement, extra_params => [ '-U', $role ]); return $out . $err; }
like(said_to('guest', "SELECT sqlite.report_html($job)"), qr/job $job does not exist/, 'nobody reads the page of another one\'s job');
check_page('an auditor', said_to('auditor', "SELECT sqlite.report_html($job)"), qr/Not known: permission denied for job/, qr/27 tables/);
sql("CALL sqlite.rollback($job, force => true)");
check_page('taken back', sql("SELECT sqlite.report_html($job)"), qr/The job was taken back/, qr/rolled back/);

# Names and values that mean harm. (Names of PostgreSQL have 63 bytes.)
my @hostile = ('<script>alert(1)</script>', '"\'><img src=x onerror=alert(1)>', '&lt;&#0;&nbsp;&bogus;', ']]></table><!--', "right\x{202e}left", "zero\x{200b}width", "\x{fffe}\x{feff}", "a\nb\tc", "\x01\x1b[31m", '</style></head>', '{{7*7}}%s%n', "\x{1F600}");
my $make = "PRAGMA encoding = 'UTF-8';\n";
for my $i (0 .. $#hostile) {
	my ($name, $value) = ($hostile[$i] =~ s/"/""/gr, $hostile[$i] =~ s/'/''/gr);
	$make .= qq{CREATE TABLE "$i $name" (id INTEGER PRIMARY KEY, "$name" INTEGER NOT NULL DEFAULT 0); INSERT INTO "$i $name" VALUES (1, '$value'), (2, 5);\nCREATE TRIGGER "tr $i $name" AFTER INSERT ON "$i $name" BEGIN SELECT '$value'; END;\n};
}
utf8::encode($make);
append_to_file("$data/hostile_page.sql", $make);
system_or_bail('bash', '-c', "sqlite3 -bail -init /dev/null '$data/hostile_page.db' <'$data/hostile_page.sql'");
my $server = '<b>server & "co"</b>';
sql('CREATE SERVER "' . $server =~ s/"/""/gr . qq{" FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$data/hostile_page.db')});
$node->psql('postgres', qq{CALL sqlite.migrate(ARRAY['$server'], '<i>', '{"on_error": "reject", "comment": "</pre><script>"}')});
$page = sql('SELECT sqlite.report_html((SELECT max(job) FROM sqlite.jobs))');
check_page('hostile names', $page, (map { my $shown = quotemeta shown($_); qr/$shown/ } $server, '<script>alert(1)</script>'), qr{U\+202E</span>left}, qr{U\+200B}, qr{U\+0001}, qr/&#x1F600;/);
is(sql('SELECT state FROM sqlite.jobs ORDER BY job DESC LIMIT 1'), 'done', 'and was migrated');
$node->psql('postgres', qq{CALL sqlite.migrate(ARRAY['$server'], '<i>2')});
check_page('a job that failed', sql('SELECT sqlite.report_html((SELECT max(job) FROM sqlite.jobs))'), qr/The job failed/, qr/class="verdict bad"/);
unlink "$data/hostile_page.db";
check_page('a file that is gone', sql("SELECT sqlite.report_html((SELECT max(job) FROM sqlite.jobs WHERE state = 'done'))"), qr/Not known: /);

# None, and many.
sql("SELECT sqlite.attach('$data/empty.db', 'nothing')");
sql("CALL sqlite.migrate('{nothing}', 'nothing2')");
check_page('no table', sql('SELECT sqlite.report_html((SELECT max(job) FROM sqlite.jobs))'), qr/No table was moved/, qr/class="verdict care"/, qr/none read/);
system_or_bail('sqlite3', '-bail', '-init', '/dev/null', "$data/many.db", join ';', map { "CREATE TABLE t$_ (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t$_ VALUES (1, 'one'), ($_ + 1, 'n')" } 1 .. 130);
sql("SELECT sqlite.attach('$data/many.db')");
sql(q{CALL sqlite.migrate('{many}', 'moved', '{"transaction": "table", "workers": 2}')});
$page = sql('SELECT sqlite.report_html((SELECT max(job) FROM sqlite.jobs))');
check_page('many tables', $page, qr/130 of 130 tables/, qr/<details>/);
is(scalar(() = $page =~ /class="bar"/g), 131, 'a bar for each, and one for all');
sql('CREATE TABLE loaded (id int); CALL sqlite.load(\'loaded\', \'SELECT 1\')');
check_page('a load', sql('SELECT sqlite.report_html((SELECT max(job) FROM sqlite.jobs))'), qr/a query/);
$node->stop;
done_testing();
