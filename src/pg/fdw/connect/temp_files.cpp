#include "pg/fdw/connect/temp_files.hpp"

#include "core/sqlite/temp_file.hpp"
#include "pg/seam.hpp"

extern "C" {
#include "pgstat.h"
#include "storage/fd.h"
#include "utils/wait_event.h"
}

namespace pgsqlite::pg::fdw {
namespace {

/// Runs what may raise within a call of SQLite's, which no error may leave: it is kept for the Error that
/// SQLite's result code becomes. @return whether it went well
template <class Code>
bool Try(Code&& code) noexcept {
    MemoryContext context = CurrentMemoryContext;
    volatile bool done = false;
    PG_TRY();
    {
        code();
        done = true;
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(context);
        ErrorData* error = CopyErrorData();
        FlushErrorState();
        sqlite::NoteTempFailure(
            unpack_sql_state(error->sqlerrcode), error->message != nullptr ? ToUtf8(error->message) : "",
            error->sqlerrcode == ERRCODE_CONFIGURATION_LIMIT_EXCEEDED
                ? "A sort or a view of SQLite's writes temporary files. Narrow what is asked for, or raise "
                  "temp_file_limit."
                : "A sort or a view of SQLite's writes temporary files.");
        FreeErrorData(error);
    }
    PG_END_TRY();
    return done;
}

/// After a system call that failed.
void NoteErrno(const char* doing) noexcept {
    char message[256];
    snprintf(message, sizeof(message), "could not %s temporary file: %s", doing, strerror(errno));
    sqlite::NoteTempFailure(errno == ENOSPC || errno == EDQUOT ? "53100" : "58030", message, "");
}

// They outlive the transaction: SQLite closes them when its statement is done, be it behind the end.
int Open() noexcept {
    volatile File file = -1;
    return Try([&] { file = OpenTemporaryFile(true); }) ? file : -1;
}

int Read(int file, void* data, int size, int64 offset) noexcept {
    volatile int read = -1;
    if (Try([&] {
            read = static_cast<int>(FileRead(file, static_cast<char*>(data), size, static_cast<off_t>(offset),
                                             WAIT_EVENT_BUFFILE_READ));
        }) &&
        read < 0)
        NoteErrno("read");
    return read;
}

bool Write(int file, const void* data, int size, int64 offset) noexcept {
    volatile int written = -1;
    const bool tried = Try([&] {
        written = static_cast<int>(FileWrite(file, const_cast<char*>(static_cast<const char*>(data)), size,
                                             static_cast<off_t>(offset), WAIT_EVENT_BUFFILE_WRITE));
    });
    if (tried && written != size) {
        if (written >= 0) errno = ENOSPC;
        NoteErrno("write");
    }
    return written == size;
}

bool Truncate(int file, int64 size) noexcept {
    volatile int result = -1;
    if (Try([&] { result = FileTruncate(file, static_cast<off_t>(size), WAIT_EVENT_BUFFILE_TRUNCATE); }) &&
        result < 0)
        NoteErrno("truncate");
    return result >= 0;
}

int64 StoredSize(int file) noexcept {
    volatile int64 size = -1;
    Try([&] { size = FileSize(file); });
    return size;
}

void Close(int file) noexcept {
    Try([&] { FileClose(file); });
}

constexpr sqlite::TempFileStore kStore = {&Open, &Read, &Write, &Truncate, &StoredSize, &Close};

}  // namespace

void InitTempFiles() {
    sqlite::SetTempFileStore(&kStore);
}

}  // namespace pgsqlite::pg::fdw
