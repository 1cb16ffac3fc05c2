#include "core/sqlite/temp_file.hpp"

#include <sqlite3.h>

#include <cstdio>
#include <cstring>
#include <new>

namespace pgsqlite::sqlite {
namespace {

struct TempFile {
    sqlite3_file base;
    int number;
};

const TempFileStore* store = nullptr;
TempFailure failure{};
bool noted = false;

int Number(sqlite3_file* file) noexcept {
    return reinterpret_cast<TempFile*>(file)->number;
}

int OnClose(sqlite3_file* file) {
    store->close(Number(file));
    return SQLITE_OK;
}
int OnRead(sqlite3_file* file, void* data, int size, sqlite3_int64 offset) {
    const int read = store->read(Number(file), data, size, offset);
    if (read < 0) return SQLITE_IOERR_READ;
    if (read == size) return SQLITE_OK;
    std::memset(static_cast<char*>(data) + read, 0, static_cast<std::size_t>(size - read));
    return SQLITE_IOERR_SHORT_READ;
}
int OnWrite(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    return store->write(Number(file), data, size, offset) ? SQLITE_OK : SQLITE_FULL;
}
int OnTruncate(sqlite3_file* file, sqlite3_int64 size) {
    return store->truncate(Number(file), size) ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}
int OnSync(sqlite3_file*, int) {
    return SQLITE_OK;
}
int OnFileSize(sqlite3_file* file, sqlite3_int64* size) {
    *size = store->size(Number(file));
    return *size < 0 ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}
// Nobody else has the file.
int OnLock(sqlite3_file*, int) {
    return SQLITE_OK;
}
int OnCheckReservedLock(sqlite3_file*, int* result) {
    *result = 0;
    return SQLITE_OK;
}
int OnFileControl(sqlite3_file*, int, void*) {
    return SQLITE_NOTFOUND;
}
int OnSectorSize(sqlite3_file*) {
    return 4096;
}
int OnDeviceCharacteristics(sqlite3_file*) {
    return 0;
}

const sqlite3_io_methods kMethods = {1,
                                     OnClose,
                                     OnRead,
                                     OnWrite,
                                     OnTruncate,
                                     OnSync,
                                     OnFileSize,
                                     OnLock,
                                     OnLock,
                                     OnCheckReservedLock,
                                     OnFileControl,
                                     OnSectorSize,
                                     OnDeviceCharacteristics,
                                     nullptr,
                                     nullptr,
                                     nullptr,
                                     nullptr,
                                     nullptr,
                                     nullptr};

}  // namespace

void SetTempFileStore(const TempFileStore* new_store) noexcept {
    store = new_store;
}
bool HasTempFileStore() noexcept {
    return store != nullptr;
}
int TempFileBytes() noexcept {
    return static_cast<int>(sizeof(TempFile));
}

int OpenTempFile(sqlite3_file* file, int flags, int* out_flags) noexcept {
    noted = false;
    TempFile* self = new (file) TempFile{};
    self->number = store->open();
    if (self->number < 0) return SQLITE_IOERR;
    self->base.pMethods = &kMethods;
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
}

void NoteTempFailure(const char* sqlstate, const char* message, const char* hint) noexcept {
    std::snprintf(failure.sqlstate, sizeof(failure.sqlstate), "%s", sqlstate);
    std::snprintf(failure.message, sizeof(failure.message), "%s", message);
    std::snprintf(failure.hint, sizeof(failure.hint), "%s", hint);
    noted = true;
}

const TempFailure* TakeTempFailure() noexcept {
    const bool was_noted = noted;
    noted = false;
    return was_noted ? &failure : nullptr;
}

}  // namespace pgsqlite::sqlite
