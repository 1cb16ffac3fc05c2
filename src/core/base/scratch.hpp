// Scratch: one growable buffer that a converter reuses for every value, so that converting a row allocates
// nothing once the buffer has grown to the largest value seen. noexcept: running out of memory is a null
// pointer, never an exception. Whoever counts converted values, and so takes a refused one for a misfit, asks
// afterwards by Verify() whether memory sufficed.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

namespace pgsqlite {

class Scratch {
  public:
    Scratch() noexcept = default;
    ~Scratch() noexcept { std::free(data_); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    /// At least `size` bytes, aligned for any scalar; what an earlier call returned is invalid afterwards.
    /// Null when memory is exhausted.
    char* Reserve(std::size_t size) noexcept {
        if (size <= capacity_) return data_;
        return Resize(size);
    }

    /// Like Reserve, but the first `used` bytes keep their contents.
    char* Grow(std::size_t used, std::size_t size) noexcept {
        (void)used;  // realloc keeps all of it
        if (size <= capacity_) return data_;
        return Resize(size);
    }

    /// @throws std::bad_alloc when any Reserve or Grow so far has found no memory
    void Verify() const {
        if (failed_) throw std::bad_alloc();
    }

  private:
    char* Resize(std::size_t size) noexcept {
        std::size_t wanted = capacity_ < 256 ? 256 : capacity_;
        while (wanted < size)
            wanted += wanted / 2;
        void* grown = std::realloc(data_, wanted);
        if (grown == nullptr) {
            failed_ = true;
            return nullptr;
        }
        data_ = static_cast<char*>(grown);
        capacity_ = wanted;
        return data_;
    }

    char* data_ = nullptr;
    std::size_t capacity_ = 0;
    bool failed_ = false;
};

}  // namespace pgsqlite
