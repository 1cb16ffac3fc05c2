#pragma once

#include <utility>

namespace pgsqlite::schema::sql {

/// Restores what a SELECT changes when it is left, by an exception too.
template <typename T>
class Restore {
  public:
    Restore(T& place, T value) : place_(place), old_(std::exchange(place, std::move(value))) {}
    ~Restore() { place_ = std::move(old_); }
    Restore(const Restore&) = delete;
    Restore& operator=(const Restore&) = delete;

  private:
    T& place_;
    T old_;
};

}  // namespace pgsqlite::schema::sql
