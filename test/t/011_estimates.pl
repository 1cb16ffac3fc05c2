# After ANALYZE, the planner's row estimates on foreign tables are no worse than on analyzed local copies: 30
# joins and filters on Chinook and Northwind. Needs real databases, see PG_SQLITE_CORPUS in test/tools/check.sh.
# Prints both q-errors of each statement: the larger of estimate / rows and rows / estimate.
use strict;
use warnings;
use File::Copy;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my %file_of = (chinook => 'chinook-database-Chinook_Sqlite.db', northwind => 'efcore-northwind.db');
my $corpus = $ENV{PG_SQLITE_CORPUS};
plan skip_all => 'PG_SQLITE_CORPUS names no folder with Chinook and Northwind'
  if !defined $corpus || grep { !-r "$corpus/$_" } values %file_of;

# The tables' names only, so that foreign tables and copies run the same text.
my %statements = (
	chinook => [
		q{track WHERE genreid = 1},
		q{track WHERE milliseconds > 300000},
		q{track WHERE composer IS NULL},
		q{track WHERE unitprice > 1 AND mediatypeid = 3},
		q{track WHERE name LIKE 'The %'},
		q{customer WHERE country = 'Brazil'},
		q{customer WHERE country IN ('USA', 'Canada') AND company IS NOT NULL},
		q{invoice WHERE invoicedate >= '2022-01-01' AND invoicedate < '2023-01-01'},
		q{invoice WHERE total BETWEEN 5 AND 10},
		q{invoiceline WHERE quantity = 1 AND unitprice < 1},
		q{track JOIN album USING (albumid)},
		q{track JOIN genre USING (genreid) WHERE genre.name = 'Jazz'},
		q{invoice JOIN invoiceline USING (invoiceid) WHERE billingcountry = 'Germany'},
		q{invoice JOIN customer USING (customerid) WHERE country = 'France' AND total > 5},
		q{playlisttrack JOIN track USING (trackid) WHERE playlistid = 5},
		q{artist LEFT JOIN album USING (artistid)},
		q{album WHERE EXISTS (SELECT FROM track WHERE track.albumid = album.albumid AND milliseconds > 1000000)},
		q{employee e JOIN customer c ON c.supportrepid = e.employeeid WHERE e.city = 'Calgary'},
	],
	northwind => [
		q{orders WHERE shipcountry = 'Germany'},
		q{orders WHERE freight > 100},
		q{orders WHERE shippeddate IS NULL},
		q{products WHERE discontinued = 1 OR unitsinstock = 0},
		q{"order details" WHERE discount > 0 AND quantity >= 20},
		q{customers WHERE country = 'UK' AND city = 'London'},
		q{orders JOIN "order details" USING (orderid)},
		q{orders JOIN customers USING (customerid) WHERE country = 'USA'},
		q{products JOIN categories USING (categoryid) WHERE categoryname = 'Seafood'},
		q{"order details" JOIN products USING (productid) WHERE products.unitprice > 50},
		q{orders JOIN employees USING (employeeid) JOIN shippers ON shipvia = shipperid},
		q{customers LEFT JOIN orders USING (customerid) WHERE customers.country = 'Spain'},
	]);

my $node = PostgreSQL::Test::Cluster->new('estimates');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_sqlite');
my $dir = PostgreSQL::Test::Utils::tempdir;

# Attaches a database with the types of its stored values, and copies every table, primary keys included.
sub attach_and_copy {
	my ($name, $file) = @_;
	copy("$corpus/$file", "$dir/$name.db") or die "$file: $!";
	$node->safe_psql('postgres', qq{
		SET client_min_messages = warning;
		SELECT sqlite.attach('$dir/$name.db', name => '$name', types => 'stored');
		CREATE SCHEMA ${name}_copy;
		DO \$\$
		DECLARE t record; key text;
		BEGIN
			FOR t IN SELECT c.oid, relname FROM pg_class c
			         JOIN pg_foreign_table f ON ftrelid = c.oid
			         WHERE relnamespace = '$name'::regnamespace
			LOOP
				EXECUTE format('CREATE TABLE ${name}_copy.%I AS SELECT * FROM $name.%I', t.relname, t.relname);
				SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO key FROM pg_attribute
				WHERE attrelid = t.oid AND 'key=true' = ANY (attfdwoptions);
				IF key IS NOT NULL THEN
					EXECUTE format('ALTER TABLE ${name}_copy.%I ADD PRIMARY KEY (%s)', t.relname, key);
				END IF;
				EXECUTE format('ANALYZE $name.%I, ${name}_copy.%I', t.relname, t.relname);
			END LOOP;
		END \$\$;});
}

sub estimate {
	my ($schema, $statement) = @_;
	my $plan = $node->safe_psql('postgres', "SET search_path = $schema; EXPLAIN (FORMAT JSON) SELECT * FROM $statement");
	$plan =~ /"Plan Rows": (\d+)/ or die $plan;
	return $1;
}

sub q_error {
	my ($estimate, $rows) = map { $_ < 1 ? 1 : $_ } @_;
	return $estimate > $rows ? $estimate / $rows : $rows / $estimate;
}

sub median {
	my @sorted = sort { $a <=> $b } @_;
	return ($sorted[ $#sorted / 2 ] + $sorted[ @sorted / 2 ]) / 2;
}

my (@foreign, @local);
for my $name (sort keys %statements) {
	attach_and_copy($name, $file_of{$name});
	for my $statement (@{ $statements{$name} }) {
		my $count = "SELECT count(*) FROM $statement";
		my $rows = $node->safe_psql('postgres', "SET search_path = ${name}_copy; $count");
		is($node->safe_psql('postgres', "SET search_path = $name; $count"), $rows, "rows of $statement");
		my ($foreign, $local) = map { q_error(estimate($_, $statement), $rows) } $name, "${name}_copy";
		note sprintf('%-9s %6d rows, q-error %7.2f foreign, %7.2f local: %s', $name, $rows, $foreign, $local, $statement);
		cmp_ok($foreign, '<=', 2 * $local, "estimate of $statement");
		push @foreign, $foreign;
		push @local, $local;
	}
}
my ($foreign, $local) = (median(@foreign), median(@local));
note sprintf('median q-error of %d statements: %.3f foreign, %.3f local', scalar @foreign, $foreign, $local);
is(scalar @foreign, 30, 'thirty statements');
cmp_ok($foreign, '<=', 1.1 * $local, 'the median is no worse than that of local copies');

$node->stop;
done_testing();
