#include "pg/backup/transfer.hpp"

#include "core/sqlite/raw_file.hpp"

extern "C" {
#include "common/cryptohash.h"
#include "common/sha2.h"
}

namespace pgsqlite::pg::backup {
namespace {

constexpr size_t kPieceBytes = 256 * 1024;

/// PostgreSQL's own SHA-256, which is OpenSSL's where the server is built with it. An error elsewhere leaves
/// it to the resource owner.
class Sha256 {
  public:
    Sha256() : context_(pg_cryptohash_create(PG_SHA256)) {
        Check(context_ == nullptr ? -1 : pg_cryptohash_init(context_));
    }
    void Add(const char* data, size_t size) {
        Check(pg_cryptohash_update(context_, reinterpret_cast<const uint8*>(data), size));
    }
    void Finish(char* hex) {
        uint8 digest[PG_SHA256_DIGEST_LENGTH];
        Check(pg_cryptohash_final(context_, digest, sizeof(digest)));
        pg_cryptohash_free(context_);
        for (size_t i = 0; i < sizeof(digest); ++i)
            snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }

  private:
    static void Check(int result) {
        if (result < 0)
            ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not compute SHA-256")));
    }
    pg_cryptohash_ctx* context_;
};
static_assert(std::is_trivially_destructible_v<Sha256>);

}  // namespace

Passed Transfer(ByteSource* source, ByteSink* sink, int64 most) {
    char* piece = static_cast<char*>(palloc(kPieceBytes));
    Passed passed = {0, ""};
    Sha256 hash;
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        const size_t size = Guard([&] {
            const size_t read = source->Read(piece, kPieceBytes);
            if (sink != nullptr && read > 0) sink->Write(piece, read);
            return read;
        });
        if (size == 0) break;
        hash.Add(piece, size);
        passed.bytes += static_cast<int64>(size);
        if (passed.bytes > most) break;
    }
    hash.Finish(passed.sha256);
    pfree(piece);
    return passed;
}

Passed HashFile(const char* path) {
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite hash", ALLOCSET_SMALL_SIZES);
    const Passed passed = Transfer(NewIn<sqlite::RawFile>(context, path), nullptr);
    MemoryContextDelete(context);
    return passed;
}

}  // namespace pgsqlite::pg::backup
