// sqlite.uuid_for(): a UUID that follows from a namespace and a key (version 5, RFC 9562 section 5.5), so
// that integer keys become UUIDs and the foreign keys that hold them follow without a table of both.
#include "core/value/format.hpp"
#include "core/value/id/uuid.hpp"
#include "pg/functions/argument.hpp"

extern "C" {
#include "common/cryptohash.h"
#include "common/sha1.h"
}

namespace pgsqlite::pg::functions {
namespace {

constexpr char kName[] = "sqlite.uuid_for";

/// What is kept from call to call.
struct ArgumentKinds {
    ArgumentKind name_space;
    ArgumentKind key;
};

/// Namespaces of RFC 9562 section 6.6: all end alike.
struct KnownNamespace {
    const char* name;
    uint8 fourth;
};
constexpr KnownNamespace kKnown[] = {{"dns", 0x10}, {"url", 0x11}, {"oid", 0x12}, {"x500", 0x14}};

bool FindKnownNamespace(Bytes name, uint8* uuid) noexcept {
    constexpr uint8 kCommon[UUID_LEN] = {0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1,
                                         0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8};
    for (const KnownNamespace& known : kKnown) {
        if (name != known.name) continue;
        std::memcpy(uuid, kCommon, UUID_LEN);
        uuid[3] = known.fourth;
        return true;
    }
    return false;
}

void ReadNamespace(ArgumentKind kind, Datum datum, uint8* uuid) {
    if (kind == ArgumentKind::kUuid) {
        std::memcpy(uuid, DatumGetUUIDP(datum)->data, UUID_LEN);
        return;
    }
    const Bytes name = TextArgument(datum);
    if (value::ParseUuid(name, uuid) || FindKnownNamespace(name, uuid)) return;
    ereport(
        ERROR,
        (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
         errmsg("argument \"namespace\" of %s: %s is not a UUID", kName,
                DescribeArgument(TEXTOID, value::Cell::Text(name))),
         errhint("Give a UUID of your own, one of dns, url, oid, x500, or what sqlite.uuid_for gives for a "
                 "name: sqlite.uuid_for('url', 'https://example.com/orders').")));
}

/// "5.50" → "5.5", "5.00" → "5": numeric keeps how many digits were written, equal numbers are one key.
Bytes WithoutTrailingZeros(Bytes digits) noexcept {
    if (digits.find('.') == Bytes::npos || digits.find('e') != Bytes::npos) return digits;
    while (digits.back() == '0')
        digits.remove_suffix(1);
    if (digits.back() == '.') digits.remove_suffix(1);
    return digits;
}

bool IsInteger(double real) noexcept {
    return std::trunc(real) == real && real >= -0x1p63 && real < 0x1p63;
}

/// The key's canonical text, in UTF-8, so that 5, '5', 5.0 and 5::bigint are one key.
Bytes CanonicalKey(ArgumentKind kind, Datum datum, char* buffer) {
    value::Cell cell = CellOf(kind, datum);
    if (kind == ArgumentKind::kFloat4 && IsInteger(DatumGetFloat4(datum)))
        cell = value::Cell::Real(DatumGetFloat4(datum));
    switch (cell.storage_class) {
        case value::StorageClass::kInteger:
            return Bytes(buffer, value::FormatInteger(cell.integer, buffer));
        case value::StorageClass::kReal:
            if (IsInteger(cell.real))
                return Bytes(buffer, value::FormatInteger(static_cast<std::int64_t>(cell.real), buffer));
            return Bytes(buffer, value::FormatReal(cell.real, buffer));
        default:
            return kind == ArgumentKind::kText ? cell.view() : WithoutTrailingZeros(cell.view());
    }
}

/// In pieces, since a key may be a gigabyte.
bool Update(pg_cryptohash_ctx* context, Bytes key) {
    constexpr Size kPiece = 1024 * 1024;
    while (!key.empty()) {
        CHECK_FOR_INTERRUPTS();
        const Bytes piece = key.substr(0, kPiece);
        if (pg_cryptohash_update(context, reinterpret_cast<const uint8*>(piece.data()), piece.size()) < 0)
            return false;
        key.remove_prefix(piece.size());
    }
    return true;
}

void Sha1(const uint8* name_space, Bytes key, uint8* digest) {
    pg_cryptohash_ctx* context = pg_cryptohash_create(PG_SHA1);
    if (context == nullptr || pg_cryptohash_init(context) < 0 ||
        pg_cryptohash_update(context, name_space, UUID_LEN) < 0 || !Update(context, key) ||
        pg_cryptohash_final(context, digest, SHA1_DIGEST_LENGTH) < 0)
        ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not compute a SHA-1 hash"),
                        errhint("A server in FIPS mode may not allow SHA-1.")));
    pg_cryptohash_free(context);
}

ArgumentKinds* KindsOf(FunctionCallInfo fcinfo) {
    FmgrInfo* call = fcinfo->flinfo;
    if (call->fn_extra != nullptr) return static_cast<ArgumentKinds*>(call->fn_extra);
    const Oid key_type = ArgumentType(fcinfo, 1);
    const ArgumentKind key = KindOfArgument(key_type);
    if (key == ArgumentKind::kNone || key == ArgumentKind::kBytea || key == ArgumentKind::kBoolean ||
        key == ArgumentKind::kJson)
        ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                        errmsg("%s does not take keys of type %s", kName,
                               OidIsValid(key_type) ? format_type_be(key_type) : "unknown"),
                        errhint("It takes text, numbers and uuid. For bytes that are a UUID use "
                                "sqlite.parse_uuid(key), for others encode(key, 'hex').")));
    ArgumentKinds* kinds =
        static_cast<ArgumentKinds*>(MemoryContextAlloc(call->fn_mcxt, sizeof(ArgumentKinds)));
    *kinds = {KindOfArgument(ArgumentType(fcinfo, 0)), key};
    call->fn_extra = kinds;
    return kinds;
}

}  // namespace
}  // namespace pgsqlite::pg::functions

PG_SQLITE_LASTING_FUNCTION(pg_sqlite_uuid_for) {
    namespace functions = pgsqlite::pg::functions;
    if (PG_ARGISNULL(0)) functions::RaiseNullArgument(functions::kName, "namespace");
    if (PG_ARGISNULL(1)) PG_RETURN_NULL();
    const functions::ArgumentKinds* kinds = functions::KindsOf(fcinfo);
    uint8 name_space[UUID_LEN];
    functions::ReadNamespace(kinds->name_space, PG_GETARG_DATUM(0), name_space);
    char buffer[pgsqlite::value::kNumberTextSize];
    const pgsqlite::Bytes key = functions::CanonicalKey(kinds->key, PG_GETARG_DATUM(1), buffer);
    uint8 digest[SHA1_DIGEST_LENGTH];
    functions::Sha1(name_space, key, digest);
    pg_uuid_t* uuid = static_cast<pg_uuid_t*>(palloc(sizeof(pg_uuid_t)));
    std::memcpy(uuid->data, digest, UUID_LEN);
    uuid->data[6] = static_cast<uint8>((uuid->data[6] & 0x0f) | 0x50);  // version 5
    uuid->data[8] = static_cast<uint8>((uuid->data[8] & 0x3f) | 0x80);  // variant of RFC 9562
    PG_RETURN_UUID_P(uuid);
}
