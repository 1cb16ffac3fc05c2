# Geometry of GeoPackage and SpatiaLite in PostGIS's type, with its SRID, and R-trees of it as GiST indexes: suggested, migrated, proved.
# Left out where PostGIS is not installed.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('postgis');
$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "fsync = off\nclient_min_messages = error\n");
$node->start;
if ($node->safe_psql('postgres', "SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis'") == 0)
{
	$node->stop;
	plan skip_all => 'PostGIS is not installed';
}
# In a schema of its own, out of sight.
$node->safe_psql('postgres', 'CREATE SCHEMA gis; CREATE EXTENSION postgis SCHEMA gis; CREATE EXTENSION pg_sqlite');

my $dir = PostgreSQL::Test::Utils::tempdir;
open my $sql, '>', "$dir/map.sql" or die $!;
# POINT(1 2) in 4326 with an envelope, and without one and without a system; POINT(1 2) and LINESTRING Z in 3857, compressed, of SpatiaLite.
print $sql <<'SQL';
CREATE TABLE place (fid INTEGER PRIMARY KEY, geom POINT);
INSERT INTO place VALUES (1, x'47500003e6100000000000000000f03f000000000000f03f000000000000004000000000000000400101000000000000000000f03f0000000000000040'),
    (2, x'47500001ffffffff0101000000000000000000f03f0000000000000040'), (3, NULL);
CREATE VIRTUAL TABLE rtree_place_geom USING rtree(id, minx, maxx, miny, maxy);
INSERT INTO rtree_place_geom VALUES (1, 1, 1, 2, 2), (2, 1, 1, 2, 2);
CREATE TABLE road (id INTEGER PRIMARY KEY, way BLOB, note TEXT);
INSERT INTO road VALUES (1, x'0001e6100000000000000000f03f0000000000000040000000000000f03f00000000000000407c01000000000000000000f03f0000000000000040fe', 'a'),
    (2, x'0001110f000000000000000000000000000000000000000000000000004000000000000010407c2a460f0003000000000000000000f03f000000000000004000000000000008400000803f0000004000004040000000000000000000000000000000000000000000000000fe', 'b');
SQL
close $sql;
system("sqlite3 -bail -init /dev/null '$dir/map.db' <'$dir/map.sql'") == 0 or die;
chmod 0644, "$dir/map.db";

my ($status, $out, $err) = $node->psql('postgres', <<"SQL", on_error_stop => 1);
CREATE SERVER map FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database '$dir/map.db');
SELECT sqlite.suggest_spec('{map}', 'app') AS spec \\gset
SELECT :'spec'::jsonb -> 'servers' -> 'map' -> 'tables' -> 'place' -> 'columns' -> 'geom', :'spec'::jsonb -> 'servers' -> 'map' -> 'tables' -> 'road' -> 'columns' -> 'way';
SELECT count(*) FROM sqlite.assess('{map}', 'app', :'spec') WHERE severity = 'blocker' OR finding ~ 'GiST';
CALL sqlite.migrate('{map}', 'app', :'spec') \\gset
SELECT fid, gis.st_asewkt(geom) FROM app.place ORDER BY fid;
SELECT id, gis.st_asewkt(way) FROM app.road ORDER BY id;
SELECT indexdef FROM pg_indexes WHERE schemaname = 'app' AND indexdef ~ 'gist';
SELECT target, status FROM sqlite.validate(:job) WHERE status <> 'identical';
SQL
is($err, '', 'nothing fails');
is($out, <<'OUT' =~ s/\n\z//r, 'geometries are suggested, migrated with their SRID, indexed, and are the same');
{"type": "gis.geometry", "encoding": "gpkg"}|{"type": "gis.geometry", "encoding": "spatialite"}
0
1|SRID=4326;POINT(1 2)
2|POINT(1 2)
3|
1|SRID=4326;POINT(1 2)
2|SRID=3857;LINESTRING(1 2 3,2 4 6,0 0 0)
CREATE INDEX place_idx ON app.place USING gist (geom)
OUT

# A column that takes one kind of geometry alone, of one system, and a blob that is none.
($status, $out, $err) = $node->psql('postgres', <<'SQL', on_error_stop => 0);
SET search_path = gis, public;
CREATE FOREIGN TABLE place (fid bigint, geom geometry(Point, 4326) OPTIONS (encoding 'gpkg')) SERVER map OPTIONS ("table" 'place');
SELECT st_astext(geom) FROM place WHERE fid = 1;
SELECT st_srid(geom) FROM place WHERE fid = 2;
CREATE FOREIGN TABLE elsewhere (id bigint, way geometry(Point, 4326) OPTIONS (encoding 'spatialite')) SERVER map OPTIONS ("table" 'road');
SELECT way FROM elsewhere WHERE id = 2;
CREATE FOREIGN TABLE road (id bigint, way geography OPTIONS (encoding 'spatialite')) SERVER map OPTIONS ("table" 'road');
SELECT st_astext(way) FROM road WHERE id = 1;
CREATE FOREIGN TABLE plain (geom geometry) SERVER map OPTIONS ("table" 'place');
SELECT geom FROM plain;
SQL
is($out, "POINT(1 2)\n4326\nPOINT(1 2)", 'types with modifiers, and geography');
like($err, qr/(?:SRID \(3857\) does not match column SRID \(4326\)|Geometry type \(LineString(?:Z)?\) does not match)/, 'another system is refused');
like($err, qr/storage class this type does not take/, 'a blob without an encoding is refused');
$node->stop;
done_testing();
