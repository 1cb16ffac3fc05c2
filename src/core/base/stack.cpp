#include "core/base/stack.hpp"

#include <pthread.h>
#include <sys/resource.h>

namespace pgsqlite {
namespace {

/// Taken where the system does not say: what Linux gives a program unless told otherwise.
constexpr std::uintptr_t kUsualBytes = 8 * 1024 * 1024;
/// What may lie between a program's first frame and the frame that asks.
constexpr std::uintptr_t kAboveUs = 256 * 1024;

}  // namespace

StackRange FindStack() noexcept {
    StackRange range;
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        void* end = nullptr;
        std::size_t size = 0;
        const int rc = pthread_attr_getstack(&attributes, &end, &size);
        pthread_attr_destroy(&attributes);
        if (rc == 0 && size > 0) {
            range.end = reinterpret_cast<std::uintptr_t>(end);
            range.base = range.end + size;
            return range;
        }
    }
    // Without /proc. Above us lie arguments, environment and the frames so far, which count against the
    // limit.
    struct rlimit limit = {};
    std::uintptr_t bytes = kUsualBytes;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        bytes = static_cast<std::uintptr_t>(limit.rlim_cur);
    range.base = StackPointer() + kAboveUs;
    range.end = range.base > bytes ? range.base - bytes + kAboveUs : 0;
    return range;
}

}  // namespace pgsqlite
