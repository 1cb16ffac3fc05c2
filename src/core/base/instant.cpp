#include "core/base/instant.hpp"

#include <cstdio>
#include <ctime>

namespace pgsqlite {

std::string IsoInstant(std::int64_t ns) {
    constexpr std::int64_t kSecond = 1000000000;
    const std::int64_t fraction = ((ns % kSecond) + kSecond) % kSecond;
    const std::time_t seconds = static_cast<std::time_t>((ns - fraction) / kSecond);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[64];
    const std::size_t size = std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
    char tail[16];
    std::snprintf(tail, sizeof(tail), ".%06lldZ", static_cast<long long>(fraction / 1000));
    return std::string(text, size) + tail;
}

}  // namespace pgsqlite
