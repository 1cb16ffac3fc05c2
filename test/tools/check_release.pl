# What holds of every commit so that it can be released, without a server: the version is the same wherever it is written, scripts that
# were released are as they were, META.json is valid for PGXN, and the tarball is complete and makes itself anew.
use strict;
use warnings;
use Cwd qw(realpath);
use File::Temp qw(tempdir);
use FindBin;
use JSON::PP;
use Test::More;

my $root = realpath("$FindBin::RealBin/../..");

sub slurp
{
	my ($name) = @_;
	open my $file, '<:raw', "$root/$name" or die "$name: $!";
	local $/;
	return <$file>;
}

# Versions.
my ($version) = slurp('control/pg_sqlite.control') =~ /^default_version = '(.*)'$/m;
like($version, qr/^\d+\.\d+\.\d+$/, 'the control file names a version');
my $meta = decode_json(slurp('META.json'));
is($meta->{version}, $version, 'META.json names it');
is($meta->{provides}{pg_sqlite}{version}, $version, 'and the extension in it');
is($meta->{provides}{pg_sqlite}{file}, "control/pg_sqlite--$version.sql", 'and its script');
like(slurp('src/pg/objects_version.hpp'), qr/^#define PG_SQLITE_VERSION "\Q$version\E"$/m, 'the library is of this version');
like(slurp('packaging/debian/changelog'), qr/\Apg-sqlite \(\Q$version\E-\d+\) /, 'and the packages');
like(slurp('CHANGELOG.md'), qr/^## \[(?:Unreleased|\Q$version\E)\]/m, 'and the changelog has a chapter for it');

# Scripts. The list grows by the scripts of a version when it is released (CONTRIBUTING.md).
my %released = map { /^([0-9a-f]{64})  (\S+)$/ ? ($2 => $1) : die "released.sha256: $_" } split /\n/, slurp('control/released.sha256');
foreach my $script (sort keys %released)
{
	my ($digest) = split ' ', `sha256sum '$root/control/$script'`;
	is($digest, $released{$script}, "$script is as it was released: a change belongs into an upgrade script");
}
my (%steps, %install);
foreach my $path (sort glob "$root/control/pg_sqlite--*.sql")
{
	my ($script) = $path =~ m{([^/]+)$};
	my ($from, $to) = $script =~ /^pg_sqlite--(\d+\.\d+\.\d+)(?:--(\d+\.\d+\.\d+))?\.sql$/;
	ok(defined $from, "$script is named by its versions");
	if (defined $to) { push @{ $steps{$from} }, $to }
	else { $install{$from} = 1 }
	ok($released{$script} || ($to // $from) eq $version, "$script is released, or of the version that is being made");
}
ok($install{$version}, "there is a script that installs $version");
foreach my $from (grep { $_ ne $version } sort keys %install)
{
	my %reached = ($from => 1);
	my @left = ($from);
	while (defined(my $at = shift @left)) { push @left, grep { !$reached{$_}++ } @{ $steps{$at} // [] } }
	ok($reached{$version}, "scripts lead from $from to $version");
}

# PGXN Meta Spec 1.0.0.
my $term = qr{\A[^\x00-\x1f\x7f\s/\\]{2,}\z};
my $text = sub { defined $_[0] && !ref $_[0] && $_[0] ne '' };
my $semver = sub { defined $_[0] && $_[0] =~ /\A(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-?[a-z][-0-9a-z]*)?\z/i };
my %known = map { $_ => 1 } qw(name version abstract description maintainer license provides meta-spec prereqs resources tags no_index release_status generated_by);
is(join(' ', grep { !$known{$_} && !/^x_/i } sort keys %$meta), '', 'META.json has known keys');
is(join(' ', grep { !exists $meta->{$_} } qw(name version abstract maintainer license provides meta-spec)), '', 'and those that must be there');
like($meta->{name}, $term, 'name');
ok($text->($meta->{$_}), $_) for qw(abstract description generated_by);
ok($text->($_), 'maintainer') for ref $meta->{maintainer} ? @{ $meta->{maintainer} } : $meta->{maintainer};
is($meta->{license}, 'postgresql', 'license');
ok($semver->($meta->{version}), 'version');
ok($semver->($meta->{'meta-spec'}{version}) && $meta->{'meta-spec'}{version} =~ /^1\./, 'meta-spec');
like($meta->{release_status}, qr/\A(?:stable|testing|unstable)\z/, 'release_status');
foreach my $name (sort keys %{ $meta->{provides} })
{
	my $extension = $meta->{provides}{$name};
	like($name, $term, "provides $name");
	ok($semver->($extension->{version}), 'its version');
	ok(-f "$root/$extension->{$_}", "its $_") for qw(file docfile);
}
foreach my $phase (sort keys %{ $meta->{prereqs} })
{
	like($phase, qr/\A(?:configure|build|test|runtime|develop)\z/, "prereqs of $phase");
	foreach my $relation (sort keys %{ $meta->{prereqs}{$phase} })
	{
		like($relation, qr/\A(?:requires|recommends|suggests|conflicts)\z/, $relation);
		ok($semver->($_), $relation) for values %{ $meta->{prereqs}{$phase}{$relation} };
	}
}
ok(!ref $_ && /\A[^\x00-\x1f\x7f\/\\]{1,255}\z/, "tag $_") for @{ $meta->{tags} };

# The tarball: from a checkout all that is committed; used and packed again, the same.
my $dir = tempdir(CLEANUP => 1);
sub pack_and_unpack
{
	my ($from, $to) = @_;
	mkdir "$dir/$to";
	is(system("bash '$from/packaging/dist.sh' '$dir/$to' >'$dir/log' 2>&1"), 0, "$to tarball") or diag(`cat '$dir/log'`);
	system('tar', '-C', "$dir/$to", '-xzf', "$dir/$to/pg_sqlite-$version.tar.gz") == 0 or die 'tar';
	return "$dir/$to/pg_sqlite-$version";
}
my $first = pack_and_unpack($root, 'first');
SKIP:
{
	my $committed = `git -C '$root' ls-tree -r --name-only HEAD 2>/dev/null`;
	skip 'not a checkout', 1 if $committed eq '';
	is(join("\n", grep { !-e "$first/$_" } split /\n/, $committed), '', 'it holds every file');
}
mkdir "$first/build";
foreach my $left ('build/left', 'src/pg/left.o', 'src/pg/left.d', 'pg_sqlite.so', 'regression.out')
{
	open my $file, '>', "$first/$left" or die "$left: $!";
	close $file;
}
my $second = pack_and_unpack($first, 'second');
is(join("\n", grep { !/^Only in \S*first\S*: (?:build|left\.[od]|pg_sqlite\.so|regression\.out)$/ } split /\n/, `diff -r '$first' '$second'`), '', 'what is made in the tree is left out, and nothing else');
done_testing();
