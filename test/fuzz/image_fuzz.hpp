// What the fuzz targets over database files share: the input lies in a file, because Database opens nothing
// else; a mutation that stays within a page; bounds for views that never end and values that fill the memory.
// Seeds: test/tools/fuzz_seeds.sh.
#pragma once

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/error.hpp"
#include "core/sqlite/database.hpp"
#include "core/sqlite/heap.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace pgsqlite::fuzz {

/// Stops the run: libFuzzer keeps the input.
inline void Require(bool condition) noexcept {
    if (!condition) std::abort();
}

/// SQLite's instructions that one statement may take, in thousands: some 10 ms with sanitizers.
inline constexpr int kThousandInstructions = 100;
/// Of SQLite, so that a file that asks for more meets its error and not libFuzzer's limit.
inline constexpr std::int64_t kHeapBytes = 256 << 20;

/// One file that takes each input in turn.
class ImageFile {
  public:
    ImageFile() {
        std::string pattern = (std::filesystem::temp_directory_path() / "fuzzXXXXXX").string();
        Require(mkdtemp(pattern.data()) != nullptr);
        directory_ = std::filesystem::canonical(pattern).string();
        path_ = directory_ + "/image.db";
        sqlite::SetHeapLimits(0, kHeapBytes);
    }
    ~ImageFile() { std::filesystem::remove_all(directory_); }
    ImageFile(const ImageFile&) = delete;
    ImageFile& operator=(const ImageFile&) = delete;

    void Write(const std::uint8_t* data, std::size_t size) {
        const int file = open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        Require(file >= 0 && write(file, data, size) == static_cast<ssize_t>(size));
        // Long ago: a WAL database that was changed just now is waited for.
        const timespec times[2] = {{1, 0}, {1, 0}};
        Require(futimens(file, times) == 0);
        close(file);
    }
    std::unique_ptr<sqlite::Database> Open() {
        sqlite::OpenOptions options;
        options.path = path_;
        auto database = sqlite::Database::Open(options);
        sqlite3_progress_handler(database->handle(), 1000, &ImageFile::OnProgress, &left_);
        return database;
    }
    /// Each statement begins with all of its instructions.
    void Refill() noexcept { left_ = kThousandInstructions; }

  private:
    static int OnProgress(void* left) noexcept { return --*static_cast<int*>(left) < 0 ? 1 : 0; }

    std::string directory_, path_;
    int left_ = kThousandInstructions;
};

/// Runs `code`, which may end in an Error that a user can be shown, and in nothing else.
template <class Code>
bool Try(ImageFile& image, Code&& code) {
    image.Refill();
    try {
        code();
        return true;
    } catch (const Error& error) {
        Require(std::strlen(error.sqlstate()) == 5 && !error.message().empty());
        Require(std::string_view(error.sqlstate()) != sqlstate::kInternalError);
        return false;
    }
}

}  // namespace pgsqlite::fuzz

/// Half of the mutations change bytes of one page and move nothing: those of libFuzzer alone mostly shift
/// what follows, which leaves no page where its number says. Some put one page in the place of another.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
    constexpr std::size_t kSmallestPage = 512;
    const std::size_t pages = size / kSmallestPage;
    if (pages < 2 || seed % 4 == 0) return LLVMFuzzerMutate(data, size, max_size);
    std::uint8_t* const page = data + seed / 64 % pages * kSmallestPage;
    if (seed % 16 == 1) {
        std::memmove(page, data + seed / 64 / pages % pages * kSmallestPage, kSmallestPage);
        return size;
    }
    // The first bytes of a page say what it is and where its cells lie.
    std::uint8_t* const from = page + (seed % 4 == 1 ? seed / 8 % kSmallestPage : 0);
    const auto room = static_cast<std::size_t>(page + kSmallestPage - from);
    LLVMFuzzerMutate(from, seed % 4 == 2 ? std::min<std::size_t>(room, 16) : room, room);
    return size;
}
