# Values of each kind, from small pools so that joins, groups and comparisons hit. A kind makes two things:
# cells, as literals of SQLite, and the texts that PostgreSQL literals of the same kind are made of.
package Values;
use strict;
use warnings;
use utf8;
use Exporter 'import';
use Random qw(chance pick between);
our @EXPORT_OK = qw(cell junk quote @texts %literals);

our @texts = (
	'', ' ', 'a', 'A', 'b', 'B', 'ab', 'AB', 'Ab', 'aB', 'abc', 'ABC', 'a ', 'a  ', 'A ', ' a', 'a.', 'a-b',
	'%', '_', '\\', 'a%b', 'a_b', 'a\\b', 'a\\%b', '100%', 'foo', 'Foo', 'FOO', 'foo bar', 'FOO BAR', 'foo_bar', 'foo%bar',
	"it's", '"q"', '1', '01', '1.0', '1.50', '1e3', '-5', '+5', '0', '-0', '9', '10', '9223372036854775807', '0x10', ' 7', '7 ',
	'true', 't', 'null', 'NULL', '2024-01-01', "tab\t", "line\nbreak", 'zeta', 'Zeta', 'zz', 'É', 'é', "e\x{301}", 'e', 'E', 'éa',
	'ß', 'ẞ', 'ss', 'SS', 'İ', 'i', 'I', 'ı', 'Straße', 'STRASSE', 'résumé', 'Résumé', 'resume', 'Σ', 'σ', 'ς', 'Å', "\x{212B}",
	'日本', '日', '😀', '😀😀', 'a😀', "\x{E000}", "\x{FF5E}", 'ﬁ', '{', '[1]', "\x{A0}a", 'x' x 30
);
my @words = ('a', 'A', 'b', 'B', 'ab', 'abc', 'foo', 'Foo', 'é', 'É', '', 'a ', 'x', 'zeta', 'Zeta', 'a_b', '1', '10', '9');
my @edges = (
	'9223372036854775807', '9223372036854775806', '-9223372036854775807', '(-9223372036854775807 - 1)', '9007199254740992', '9007199254740993',
	'9007199254740991', '-9007199254740993', '2147483647', '2147483648', '-2147483648', '-2147483649', '4294967296', '0', '1', '-1', '10', '1000000'
);
my @reals = (
	'0.1', '0.2', '0.3', '0.30000000000000004', '1.1', '2.675', '0.5', '1.5', '2.5', '-0.5', '-1.5', '-2.5', '1e15', '1e16', '123456789.123456789',
	'9007199254740992.0', '9007199254740994.0', '9223372036854775808.0', '1e300', '-1e300', '5e-324', '1e-300', '9e999', '-9e999', '-0.0', '0.0', '1.0',
	'10.0', '3.141592653589793', '100.0', '1e21', '1e-7', '0.0001', '1e5'
);
my @numerics = ('0', '1', '-1', '0.1', '0.2', '1.5', '2.5', '-2.5', '0.5', '10', '100', '99.99', '1234567.89', '0.001', '-7', '7', '1e3', '12345678901234', '1.005', '3.3333333333');
my @decimals = ('0', '1', '-1', '0.1', '0.25', '1.5', '2.5', '-2.5', '10', '10.1', '99.99', '12345678.9', '-0.01', '7.77');
my @long_decimals = (
	'0.1', '0.10', '0.100', '1', '1.0', '01.5', '123456789012345678901234567890.123', '123456789012345678901234567890.124', '0.1000000000000000000001', '9007199254740993',
	'9007199254740992', '-3', '-3.00', '10', '9', '2', '99999999999999999999', '1e2', '1E-3', '-0'
);
my @dates = ('1970-01-01', '1999-12-31', '2000-02-29', '2024-01-01', '2024-01-02', '2024-02-29', '2024-12-31', '0001-01-01', '9999-12-31', '1900-03-01', '2023-06-15');
my @times = ('00:00', '00:00:00', '12:34', '12:34:56', '23:59:59', '12:34:56.789', '12:34:56.5', '01:02:03.000001', '12:34:56.500');
my @offsets = ('', '', 'Z', '+02:00', '-05:30');
my @uuids = map { sprintf 'a%07x-0000-4000-8000-%012x', $_ * 0x123456, $_ } 1 .. 12;
my @json = (
	'{}', '[]', 'null', 'true', '1', '1.0', '1.50', '"a"', '{"a": 1}', '{"a":1}', '{"a": 1.0}', '{"b": 2, "a": 1}', '{"a": "x", "b": [1, 2, {"c": null}]}', '[1, 2, 3]', '[3, "a", null]',
	'{"a": {"b": "é"}}', '{"a": null}', '{"a": "\u00e9"}', '{"A": 1}', '{"a": true, "n": 12345678901234567890}', '["a", "b"]', '"\ud83d\ude00"', '{"aa": 1, "b": 2}'
);

# What the queries take PostgreSQL literals from.
our %literals = (
	int => [ -20 .. 20, 0, 1, 2, 3, 100, 1000 ],
	edge => [ grep { !/\(/ } @edges ],
	float => [ '0.1', '0.3', '0.30000000000000004', '0', '-0', '1', '1.5', '2.5', '-2.5', '0.25', '10', '100', '1e15', '9007199254740992', '9007199254740993', '9223372036854775807', 'Infinity', '-Infinity', 'NaN', '5e-324', '1e300' ],
	num => [ @numerics, @long_decimals, '9007199254740992.5', '-0.5', '9223372036854775806.5', '9223372036854775807', '9007199254740993.5' ],
	text => \@texts,
	date => [ @dates, 'infinity' ],
	ts => [ (map { ($_, "$_ 12:34:56", "$_ 12:34:56.789", "$_ 23:59:59") } @dates), 'infinity', '1970-01-01 00:00:07', '2024-01-01 12:34' ],
	time => [ @times, '24:00' ],
	uuid => [ @uuids, map { uc } @uuids[ 0 .. 2 ] ],
	json => \@json,
	bytea => [ '', '\\x00', '\\x61', '\\x6162', '\\xff', '\\x00ff', '\\xe9', '\\xc3a9' ],
	bool => [ 'true', 'false' ]
);

sub quote { my ($text) = @_; $text =~ s/'/''/g; return "'$text'"; }

sub stamp {
	my $date = pick(@dates);
	return $date if chance(0.15);
	return $date . pick(' ', 'T') . pick(@times);
}

my %makers = (
	small => sub { return between(-20, 20); },
	key => sub { return between(0, 30); },
	edge => sub { return chance(0.7) ? pick(@edges) : between(-20, 20); },
	int2 => sub { return chance(0.1) ? pick(32767, -32768) : between(-20, 20); },
	exact => sub { return chance(0.1) ? '-0.0' : sprintf('%.2f', between(-400, 400) / 4); },
	real => sub { return pick(@reals); },
	numeric => sub { return pick(@numerics); },
	decimal => sub { return pick(@decimals); },
	text => sub { return quote(pick(@texts)); },
	word => sub { return quote(pick(@words)); },
	long_decimal => sub { return quote(pick(@long_decimals)); },
	number_text => sub { return quote(pick('1', '01', '10', '9', '-3', '+3', '0', '-0', '007', '9007199254740993', '9223372036854775807')); },
	blob => sub { return 'x' . quote(pick('', '00', '61', '6162', 'ff', '00ff', 'e9', 'c3a9', '61' x 20)); },
	bool01 => sub { return between(0, 1); },
	bool => sub { return pick(0, 1, "'t'", "'f'", "'yes'", "'no'", "'TRUE'", "'off'", "'y'"); },
	date => sub { return quote(pick(@dates)); },
	stamp => sub { return quote(stamp()); },
	stamp_offset => sub { my $stamp = stamp(); return quote($stamp =~ /:/ ? $stamp . pick(@offsets) : $stamp); },
	one_stamp => sub { return quote(pick(@dates) . ' ' . pick('00:00:00', '12:34:56', '23:59:59')); },
	time => sub { return quote(pick(@times)); },
	unix => sub { return pick(0, 7, -7, 86400, 951782400, 1704067200, 1704112496, 2147483647, -2208988800); },
	unix_ms => sub { return pick(0, 7, -7, 86400000, 1704067200000, 1704112496789, -1); },
	julian => sub { return pick('2440587.5', '2460310.5', '2460311', '2451545.0'); },
	uuid => sub { return quote(pick(@uuids)); },
	any_uuid => sub {
		my $uuid = pick(@uuids);
		my $plain = $uuid =~ tr/-//dr;
		return pick(quote($uuid), quote(uc $uuid), quote($plain), quote("{$uuid}"), "x'$plain'");
	},
	json => sub { return quote(pick(@json)); },
	any => sub { return junk(); }
);

# A cell of this kind as SQLite's literal.
sub cell { my ($kind) = @_; return $makers{$kind}->(); }

# A cell of any storage class.
sub junk {
	return pick("'junk'", "''", "' '", '12', '-3', '0.5', '-0.0', '2.0', "x'6162'", "x''", "'12'", "'1.5'", "'2024-01-01'", '9e999', '9007199254740993', "'é'", "'t'", '1', '0', "'a'", "'Infinity'", "'-Infinity'", "'NaN'");
}

1;
