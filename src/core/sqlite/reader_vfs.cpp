#include "core/sqlite/reader_vfs.hpp"

#include <sqlite3.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace pgsqlite::sqlite {
namespace {

// wal-index regions are 32 KiB each and index 4,096 frames; a limit keeps a hostile -wal from taking all
// memory (16,384 regions stand for 67 million frames).
constexpr int kMaxRegions = 16384;

struct ReaderFile {
    sqlite3_file base;
    bool private_index;
    int region_count;
    void** regions;
    sqlite3_file* real() noexcept { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

ReaderFile* Self(sqlite3_file* file) noexcept {
    return reinterpret_cast<ReaderFile*>(file);
}
sqlite3_file* Real(sqlite3_file* file) noexcept {
    return Self(file)->real();
}

void FreeRegions(ReaderFile* file) noexcept {
    for (int i = 0; i < file->region_count; ++i)
        std::free(file->regions[i]);
    std::free(file->regions);
    file->regions = nullptr;
    file->region_count = 0;
}

int OnClose(sqlite3_file* f) {
    FreeRegions(Self(f));
    return Real(f)->pMethods->xClose(Real(f));
}
int OnRead(sqlite3_file* f, void* buffer, int amount, sqlite3_int64 offset) {
    return Real(f)->pMethods->xRead(Real(f), buffer, amount, offset);
}
int OnWrite(sqlite3_file*, const void*, int, sqlite3_int64) {
    return SQLITE_READONLY;
}
int OnTruncate(sqlite3_file*, sqlite3_int64) {
    return SQLITE_READONLY;
}
int OnSync(sqlite3_file*, int) {
    return SQLITE_OK;
}
int OnFileSize(sqlite3_file* f, sqlite3_int64* size) {
    return Real(f)->pMethods->xFileSize(Real(f), size);
}
int OnLock(sqlite3_file* f, int level) {
    if (level > SQLITE_LOCK_SHARED) return SQLITE_BUSY;
    return Real(f)->pMethods->xLock(Real(f), level);
}
int OnUnlock(sqlite3_file* f, int level) {
    return Real(f)->pMethods->xUnlock(Real(f), level);
}
int OnCheckReservedLock(sqlite3_file* f, int* result) {
    return Real(f)->pMethods->xCheckReservedLock(Real(f), result);
}
int OnFileControl(sqlite3_file* f, int op, void* arg) {
    return Real(f)->pMethods->xFileControl(Real(f), op, arg);
}
int OnSectorSize(sqlite3_file* f) {
    return Real(f)->pMethods->xSectorSize(Real(f));
}
int OnDeviceCharacteristics(sqlite3_file* f) {
    return Real(f)->pMethods->xDeviceCharacteristics(Real(f));
}

int OnShmMap(sqlite3_file* f, int region, int size, int extend, void volatile** out) {
    ReaderFile* self = Self(f);
    if (!self->private_index) return Real(f)->pMethods->xShmMap(Real(f), region, size, extend, out);
    *out = nullptr;
    if (region >= self->region_count) {
        if (!extend) return SQLITE_OK;
        if (region >= kMaxRegions) return SQLITE_FULL;
        void* grown = std::realloc(self->regions, sizeof(void*) * static_cast<std::size_t>(region + 1));
        if (grown == nullptr) return SQLITE_IOERR_NOMEM;
        self->regions = static_cast<void**>(grown);
        while (self->region_count <= region) {
            void* memory = std::calloc(1, static_cast<std::size_t>(size));
            if (memory == nullptr) return SQLITE_IOERR_NOMEM;
            self->regions[self->region_count++] = memory;
        }
    }
    *out = self->regions[region];
    return SQLITE_OK;
}
int OnShmLock(sqlite3_file* f, int offset, int n, int flags) {
    if (!Self(f)->private_index) return Real(f)->pMethods->xShmLock(Real(f), offset, n, flags);
    return SQLITE_OK;
}
void OnShmBarrier(sqlite3_file* f) {
    if (!Self(f)->private_index) Real(f)->pMethods->xShmBarrier(Real(f));
}
int OnShmUnmap(sqlite3_file* f, int remove) {
    // A read-only connection is never the one to remove side files.
    (void)remove;
    if (!Self(f)->private_index) return Real(f)->pMethods->xShmUnmap(Real(f), 0);
    FreeRegions(Self(f));
    return SQLITE_OK;
}

// Version 2: shared memory, but no xFetch, so SQLite never maps a file that others may truncate.
const sqlite3_io_methods kReaderMethods = {2,
                                           OnClose,
                                           OnRead,
                                           OnWrite,
                                           OnTruncate,
                                           OnSync,
                                           OnFileSize,
                                           OnLock,
                                           OnUnlock,
                                           OnCheckReservedLock,
                                           OnFileControl,
                                           OnSectorSize,
                                           OnDeviceCharacteristics,
                                           OnShmMap,
                                           OnShmLock,
                                           OnShmBarrier,
                                           OnShmUnmap,
                                           nullptr,
                                           nullptr};

sqlite3_vfs* Base(sqlite3_vfs* vfs) noexcept {
    return static_cast<sqlite3_vfs*>(vfs->pAppData);
}

int OpenFile(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags,
             bool private_index) {
    ReaderFile* self = new (file) ReaderFile{};
    sqlite3_vfs* base = Base(vfs);
    constexpr int kTemporary =
        SQLITE_OPEN_TEMP_DB | SQLITE_OPEN_TEMP_JOURNAL | SQLITE_OPEN_TRANSIENT_DB | SQLITE_OPEN_SUBJOURNAL;
    int rc;
    if (flags & kTemporary) {
        // Sorters and materialized views write here: plain files of the base VFS, placed where ours would
        // lie.
        rc = base->xOpen(base, name, file, flags, out_flags);
        return rc;
    }
    flags &=
        ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_DELETEONCLOSE | SQLITE_OPEN_EXCLUSIVE);
    flags |= SQLITE_OPEN_READONLY;
    std::memset(static_cast<void*>(self->real()), 0, static_cast<std::size_t>(base->szOsFile));
    rc = base->xOpen(base, name, self->real(), flags, out_flags);
    if (rc != SQLITE_OK && (flags & SQLITE_OPEN_WAL) && private_index) {
        // At rest without a -wal: an empty one stands in.
        int exists = 1;
        if (base->xAccess(base, name, SQLITE_ACCESS_EXISTS, &exists) == SQLITE_OK && !exists)
            rc = base->xOpen(base, "/dev/null", self->real(), flags, out_flags);
    }
    if (rc != SQLITE_OK) {
        if (self->real()->pMethods != nullptr) self->real()->pMethods->xClose(self->real());
        self->base.pMethods = nullptr;
        return rc;
    }
    self->base.pMethods = &kReaderMethods;
    self->private_index = private_index;
    return SQLITE_OK;
}

int OnOpenShared(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    return OpenFile(vfs, name, file, flags, out_flags, false);
}
int OnOpenPrivate(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    return OpenFile(vfs, name, file, flags, out_flags, true);
}
int OnDelete(sqlite3_vfs*, const char*, int) {
    return SQLITE_READONLY;
}

struct Registration {
    sqlite3_vfs shared_index{};
    sqlite3_vfs private_index{};
    ReaderVfs names{nullptr, nullptr};

    Registration() noexcept {
        sqlite3_vfs* base = sqlite3_vfs_find("unix");
        if (base == nullptr) return;
        shared_index = *base;
        shared_index.pNext = nullptr;
        shared_index.szOsFile = static_cast<int>(sizeof(ReaderFile)) + base->szOsFile;
        shared_index.zName = "pg_sqlite_reader";
        shared_index.pAppData = base;
        shared_index.xOpen = OnOpenShared;
        shared_index.xDelete = OnDelete;
        private_index = shared_index;
        private_index.zName = "pg_sqlite_reader_at_rest";
        private_index.xOpen = OnOpenPrivate;
        if (sqlite3_vfs_register(&shared_index, 0) != SQLITE_OK) return;
        if (sqlite3_vfs_register(&private_index, 0) != SQLITE_OK) return;
        names = {shared_index.zName, private_index.zName};
    }
};

}  // namespace

const ReaderVfs& GetReaderVfs() noexcept {
    static Registration registration;
    return registration.names;
}

}  // namespace pgsqlite::sqlite
