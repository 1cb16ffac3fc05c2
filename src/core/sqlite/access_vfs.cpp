#include "core/sqlite/access_vfs.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#include "core/sqlite/file_gate.hpp"
#include "core/sqlite/temp_file.hpp"
#include "core/sqlite/writer_files.hpp"

namespace pgsqlite::sqlite {
namespace {

// wal-index regions are 32 KiB each and index 4,096 frames; a limit keeps a hostile -wal from taking all
// memory (16,384 regions stand for 67 million frames).
constexpr int kMaxRegions = 16384;

// "WAL-mode File Format" §2.1 and §2.3: the header's first copy; lock slots 3 to 7 are read marks 0 to 4.
constexpr int kIndexHeaderBytes = 48;
constexpr int kFirstReadLock = 3;

enum class Form : unsigned char { kSharedIndex, kPrivateIndex, kFollower, kWriter };

struct AccessFile {
    sqlite3_file base;
    Form form;
    int region_count;
    void** regions;
    const volatile unsigned char* index;  ///< wal-index region 0, once SQLite has mapped it
    int read_lock;
    unsigned char header[kIndexHeaderBytes];  ///< when the read lock was taken
    sqlite3_int64 size_limit;                 ///< of a follower's -wal; -1 without
    bool copies_index;                        ///< a follower's wal-index is a copy of the shared one
    unsigned char leader_header[kIndexHeaderBytes];
    WriterFile writer;  ///< of a main file that is open for writing
    bool private_index() const noexcept { return form == Form::kPrivateIndex || form == Form::kFollower; }
    sqlite3_file* real() noexcept { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

AccessFile* Self(sqlite3_file* file) noexcept {
    return reinterpret_cast<AccessFile*>(file);
}
sqlite3_file* Real(sqlite3_file* file) noexcept {
    return Self(file)->real();
}

void FreeRegions(AccessFile* file) noexcept {
    for (int i = 0; i < file->region_count; ++i)
        std::free(file->regions[i]);
    std::free(file->regions);
    file->regions = nullptr;
    file->region_count = 0;
}

std::uint32_t Frames(const unsigned char* header) noexcept {
    std::uint32_t frames;
    std::memcpy(&frames, header + 16, sizeof(frames));
    return frames;
}

int OnClose(sqlite3_file* f) {
    FreeRegions(Self(f));
    RemoveWriterFile(&Self(f)->writer);
    return Real(f)->pMethods->xClose(Real(f));
}
int OnRead(sqlite3_file* f, void* buffer, int amount, sqlite3_int64 offset) {
    return Real(f)->pMethods->xRead(Real(f), buffer, amount, offset);
}
bool Writes(sqlite3_file* f) noexcept {
    return Self(f)->form == Form::kWriter;
}
int OnWrite(sqlite3_file* f, const void* data, int amount, sqlite3_int64 offset) {
    return Writes(f) ? Real(f)->pMethods->xWrite(Real(f), data, amount, offset) : SQLITE_READONLY;
}
int OnTruncate(sqlite3_file* f, sqlite3_int64 size) {
    return Writes(f) ? Real(f)->pMethods->xTruncate(Real(f), size) : SQLITE_READONLY;
}
int OnSync(sqlite3_file* f, int flags) {
    return Writes(f) ? Real(f)->pMethods->xSync(Real(f), flags) : SQLITE_OK;
}
int OnFileSize(sqlite3_file* f, sqlite3_int64* size) {
    const int rc = Real(f)->pMethods->xFileSize(Real(f), size);
    const sqlite3_int64 limit = Self(f)->size_limit;
    if (rc == SQLITE_OK && limit >= 0 && *size > limit) *size = limit;
    return rc;
}
int OnLock(sqlite3_file* f, int level) {
    if (Self(f)->form == Form::kFollower) return level > SQLITE_LOCK_SHARED ? SQLITE_BUSY : SQLITE_OK;
    if (level > SQLITE_LOCK_SHARED && !Writes(f)) return SQLITE_BUSY;
    return Real(f)->pMethods->xLock(Real(f), level);
}
int OnUnlock(sqlite3_file* f, int level) {
    if (Self(f)->form == Form::kFollower) return SQLITE_OK;
    return Real(f)->pMethods->xUnlock(Real(f), level);
}
int OnCheckReservedLock(sqlite3_file* f, int* result) {
    if (Self(f)->form == Form::kFollower) {
        // A journal is hot when nobody holds the lock of a writer. None can be: the leader would have met it.
        *result = 1;
        return SQLITE_OK;
    }
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

/// A region of the -shm, which is mapped for reading only (SQLITE_READONLY says so and is no failure) and
/// never made longer.
int MapShared(AccessFile* self, int region, int size, void volatile** out) noexcept {
    const GateClosed gate;
    *out = nullptr;
    // The number comes of what the -shm says; SQLite counts its bytes in an int, which a hostile one
    // overflows, and then maps what lies beyond the file's end.
    if (region >= kMaxRegions) return SQLITE_CORRUPT;
    const int rc = self->real()->pMethods->xShmMap(self->real(), region, size, 0, out);
    // Nobody who may write has the -shm open, so nothing vouches for what it holds. SQLite would make an
    // index of its own then, whose end nobody but itself knows; the caller opens anew, at rest.
    return rc == SQLITE_READONLY_CANTINIT ? SQLITE_CANTOPEN : rc;
}

/// Fills a follower's region with what the shared wal-index holds, the first one under the leader's header.
/// The leader's read mark keeps entries of its frames as they are; those of later frames are passed over, as
/// every reader does that began before they were added.
int CopyRegion(AccessFile* self, int region, int size, unsigned char* memory) noexcept {
    void volatile* shared = nullptr;
    const int rc = MapShared(self, region, size, &shared);
    if (rc != SQLITE_OK && rc != SQLITE_READONLY) return rc;
    if (shared == nullptr) return SQLITE_IOERR_SHMMAP;
    std::memcpy(memory, const_cast<const void*>(shared), static_cast<std::size_t>(size));
    if (region > 0) return SQLITE_OK;
    // §2.1: the header twice, then nBackfill = 0 (every frame is looked for in the -wal) and the read marks,
    // the second at the last frame, the others unused.
    const std::uint32_t unused = 0xffffffff;
    const std::uint32_t checkpoint[6] = {0, 0, Frames(self->leader_header), unused, unused, unused};
    std::memcpy(memory, self->leader_header, kIndexHeaderBytes);
    std::memcpy(memory + kIndexHeaderBytes, self->leader_header, kIndexHeaderBytes);
    std::memcpy(memory + 2 * kIndexHeaderBytes, checkpoint, sizeof(checkpoint));
    return SQLITE_OK;
}

int OnShmMap(sqlite3_file* f, int region, int size, int extend, void volatile** out) {
    AccessFile* self = Self(f);
    if (Writes(f)) {
        const GateClosed gate(Pass::kWriter);
        if (region >= kMaxRegions) return SQLITE_FULL;
        const int rc = Real(f)->pMethods->xShmMap(Real(f), region, size, extend, out);
        if (region == 0) self->index = static_cast<const volatile unsigned char*>(*out);
        return rc;
    }
    if (!self->private_index()) {
        const int rc = MapShared(self, region, size, out);
        if (region == 0) self->index = static_cast<const volatile unsigned char*>(*out);
        return rc;
    }
    *out = nullptr;
    if (region >= self->region_count) {
        if (!extend && !self->copies_index) return SQLITE_OK;
        if (region >= kMaxRegions) return SQLITE_FULL;
        void* grown = std::realloc(self->regions, sizeof(void*) * static_cast<std::size_t>(region + 1));
        if (grown == nullptr) return SQLITE_IOERR_NOMEM;
        self->regions = static_cast<void**>(grown);
        while (self->region_count <= region) {
            void* memory = std::calloc(1, static_cast<std::size_t>(size));
            if (memory == nullptr) return SQLITE_IOERR_NOMEM;
            const int rc = self->copies_index ? CopyRegion(self, self->region_count, size,
                                                           static_cast<unsigned char*>(memory))
                                              : SQLITE_OK;
            if (rc != SQLITE_OK) {
                std::free(memory);
                return rc;
            }
            self->regions[self->region_count++] = memory;
        }
    }
    *out = self->regions[region];
    if (region == 0) self->index = static_cast<const volatile unsigned char*>(*out);
    return SQLITE_OK;
}
/// SQLite reads the header, takes a read lock, and tries again unless the header is still the same
/// (walTryBeginRead). So the copy made in between, right after the lock, is the one it goes by.
void SeeReadLock(AccessFile* self, int offset, int flags) noexcept {
    if ((flags & SQLITE_SHM_SHARED) == 0 || offset < kFirstReadLock || self->index == nullptr) return;
    self->read_lock = (flags & SQLITE_SHM_LOCK) != 0 ? offset - kFirstReadLock : -1;
    if (self->read_lock < 0) return;
    for (int i = 0; i < kIndexHeaderBytes; ++i)
        self->header[i] = self->index[i];
}

int OnShmLock(sqlite3_file* f, int offset, int n, int flags) {
    AccessFile* self = Self(f);
    const int rc = self->private_index() ? SQLITE_OK : Real(f)->pMethods->xShmLock(Real(f), offset, n, flags);
    if (rc == SQLITE_OK) SeeReadLock(self, offset, flags);
    return rc;
}
void OnShmBarrier(sqlite3_file* f) {
    if (!Self(f)->private_index()) Real(f)->pMethods->xShmBarrier(Real(f));
}
int OnShmUnmap(sqlite3_file* f, int remove) {
    Self(f)->index = nullptr;
    FreeRegions(Self(f));
    // A read-only connection is never the one to remove side files.
    if (Writes(f)) return Real(f)->pMethods->xShmUnmap(Real(f), remove);
    if (Self(f)->private_index() && !Self(f)->copies_index) return SQLITE_OK;
    return Real(f)->pMethods->xShmUnmap(Real(f), 0);
}

// Version 2: shared memory, but no xFetch, so SQLite never maps a file that others may truncate.
const sqlite3_io_methods kAccessMethods = {2,
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

bool ParseHeader(const char* hex, unsigned char* header) noexcept {
    if (hex == nullptr || std::strlen(hex) != 2 * kIndexHeaderBytes) return false;
    const auto digit = [](char c) { return static_cast<unsigned char>(c <= '9' ? c - '0' : c - 'a' + 10); };
    for (int i = 0; i < kIndexHeaderBytes; ++i)
        header[i] = static_cast<unsigned char>(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
    return true;
}

/// At rest a -wal that is not there, or is empty, need not be opened, nor be readable: /dev/null stands in.
bool HoldsNothing(const char* path) noexcept {
    struct stat st;
    return lstat(path, &st) != 0 ? errno == ENOENT : S_ISREG(st.st_mode) && st.st_size == 0;
}

int OpenFile(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags, Form form) {
    AccessFile* self = new (file) AccessFile{};
    sqlite3_vfs* base = Base(vfs);
    constexpr int kTemporary =
        SQLITE_OPEN_TEMP_DB | SQLITE_OPEN_TEMP_JOURNAL | SQLITE_OPEN_TRANSIENT_DB | SQLITE_OPEN_SUBJOURNAL;
    int rc;
    if (flags & kTemporary) {
        // Placed where ours would lie.
        return HasTempFileStore() ? OpenTempFile(file, flags, out_flags)
                                  : base->xOpen(base, name, file, flags, out_flags);
    }
    if (form == Form::kWriter) {
        if ((flags & SQLITE_OPEN_SUPER_JOURNAL) != 0) return SQLITE_CANTOPEN;
        // One that is opened for writing without being made is rolled back.
        constexpr int kHot = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_READWRITE;
        if ((flags & (kHot | SQLITE_OPEN_CREATE)) == kHot && !MayRollBack(name))
            return SQLITE_READONLY_ROLLBACK;
    } else {
        flags &=
            ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_DELETEONCLOSE | SQLITE_OPEN_EXCLUSIVE);
        flags |= SQLITE_OPEN_READONLY;
    }
    std::memset(static_cast<void*>(self->real()), 0, static_cast<std::size_t>(base->szOsFile));
    const bool at_rest = form == Form::kPrivateIndex || form == Form::kFollower;
    if ((flags & SQLITE_OPEN_WAL) != 0 && at_rest && HoldsNothing(name)) {
        rc = base->xOpen(base, "/dev/null", self->real(), flags, out_flags);
    } else {
        const GateClosed gate(form == Form::kWriter ? Pass::kWriter : Pass::kReader);
        rc = base->xOpen(base, name, self->real(), flags, out_flags);
    }
    if (rc != SQLITE_OK) {
        if (self->real()->pMethods != nullptr) self->real()->pMethods->xClose(self->real());
        self->base.pMethods = nullptr;
        return rc;
    }
    self->base.pMethods = &kAccessMethods;
    self->form = form;
    self->read_lock = -1;
    self->size_limit = -1;
    if (form == Form::kWriter && (flags & SQLITE_OPEN_MAIN_DB) != 0) AddWriterFile(&self->writer, name);
    if (form == Form::kFollower && (flags & SQLITE_OPEN_WAL))
        self->size_limit = sqlite3_uri_int64(name, kWalBytesParameter, 0);
    if (form == Form::kFollower && (flags & SQLITE_OPEN_MAIN_DB))
        self->copies_index =
            ParseHeader(sqlite3_uri_parameter(name, kIndexHeaderParameter), self->leader_header);
    return SQLITE_OK;
}

int OnOpenShared(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    return OpenFile(vfs, name, file, flags, out_flags, Form::kSharedIndex);
}
int OnOpenPrivate(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    return OpenFile(vfs, name, file, flags, out_flags, Form::kPrivateIndex);
}
int OnOpenFollower(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    return OpenFile(vfs, name, file, flags, out_flags, Form::kFollower);
}
int OnOpenWriter(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    return OpenFile(vfs, name, file, flags, out_flags, Form::kWriter);
}
int OnDeleteByWriter(sqlite3_vfs* vfs, const char* name, int sync_directory) {
    if (!IsSideFileOfWriter(name)) return SQLITE_IOERR_DELETE;
    return Base(vfs)->xDelete(Base(vfs), name, sync_directory);
}
/// Done, as far as SQLite is concerned: it deletes a -wal that stands beside an empty file, and goes on
/// without it.
int OnDelete(sqlite3_vfs*, const char*, int) {
    return SQLITE_OK;
}
/// Anything else than its own side files is what a journal names.
int OnAccessByWriter(sqlite3_vfs* vfs, const char* name, int flags, int* result) {
    if (!IsSideFileOfWriter(name)) return SQLITE_IOERR_ACCESS;
    const GateClosed gate(Pass::kWriter);
    return Base(vfs)->xAccess(Base(vfs), name, flags, result);
}
int OnAccess(sqlite3_vfs* vfs, const char* name, int flags, int* result) {
    const GateClosed gate;
    return Base(vfs)->xAccess(Base(vfs), name, flags, result);
}

struct Registration {
    sqlite3_vfs shared_index{};
    sqlite3_vfs private_index{};
    sqlite3_vfs follower{};
    sqlite3_vfs writer{};
    AccessVfs names{nullptr, nullptr, nullptr, nullptr};

    void Register() noexcept {
        sqlite3_vfs* base = sqlite3_vfs_find("unix");
        if (base == nullptr || !BuildGate(base)) return;
        shared_index = *base;
        shared_index.pNext = nullptr;
        shared_index.szOsFile =
            std::max(static_cast<int>(sizeof(AccessFile)) + base->szOsFile, TempFileBytes());
        shared_index.zName = "pg_sqlite_reader";
        shared_index.pAppData = base;
        shared_index.xOpen = OnOpenShared;
        shared_index.xDelete = OnDelete;
        shared_index.xAccess = OnAccess;
        private_index = shared_index;
        private_index.zName = "pg_sqlite_reader_at_rest";
        private_index.xOpen = OnOpenPrivate;
        follower = shared_index;
        follower.zName = "pg_sqlite_follower";
        follower.xOpen = OnOpenFollower;
        writer = shared_index;
        writer.zName = "pg_sqlite_writer";
        writer.xOpen = OnOpenWriter;
        writer.xDelete = OnDeleteByWriter;
        writer.xAccess = OnAccessByWriter;
        if (sqlite3_vfs_register(&shared_index, 0) != SQLITE_OK) return;
        if (sqlite3_vfs_register(&private_index, 0) != SQLITE_OK) return;
        if (sqlite3_vfs_register(&follower, 0) != SQLITE_OK) return;
        if (sqlite3_vfs_register(&writer, 0) != SQLITE_OK) return;
        names = {shared_index.zName, private_index.zName, follower.zName, writer.zName};
    }
};

}  // namespace

WalView WalViewOf(sqlite3_file* file) noexcept {
    return {Self(file)->read_lock, Self(file)->header};
}

const AccessVfs& GetAccessVfs() noexcept {
    static Registration registration;
    // Again where memory ran out the first time: then SQLite itself was not there and nothing was registered.
    if (registration.names.shared_index == nullptr) registration.Register();
    return registration.names;
}

}  // namespace pgsqlite::sqlite
