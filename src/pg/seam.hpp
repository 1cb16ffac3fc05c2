// The seam: the only place where C++ exceptions and PostgreSQL errors meet.
//
// PostgreSQL raises errors with longjmp, which skips destructors; a C++ exception that leaves an extern "C"
// function ends the server. So: core code that may throw runs inside Guard(), which catches everything, lets
// every C++ scope close, and only then raises. C++ objects live in memory contexts through Holder.
// SQL-callable functions are declared with PG_SQLITE_FUNCTION, so that none can forget.
#pragma once

#include <type_traits>

#include "core/base/error.hpp"
#include "pg/compat.hpp"
#include "pg/objects_version.hpp"

namespace pgsqlite::pg {

/// An error on its way from C++ to PostgreSQL: fixed buffers, so that nothing is left to destroy when it is
/// raised.
struct PendingError {
    char sqlstate[6];
    char message[2048];
    char detail[2048];
    char hint[1024];
};

/// Fills `error` from the exception being handled. Call inside catch (...) only.
void CaptureException(PendingError& error) noexcept;
/// Raises it with SQLSTATE, detail and hint; a pending cancel or termination goes first.
[[noreturn]] void RaisePending(const PendingError& error);

/// Whether this library raised it. An error of PostgreSQL's own may have left locks, pins and buffers behind,
/// which only the end of a (sub)transaction releases; ours are raised where nothing is held.
bool IsOurs(const ErrorData& error) noexcept;

/// Raises a copied error again, which may lie in memory that goes while the stack is unwound: copies hold
/// names of files and functions of their own, and ReThrowError leaves those where they are.
[[noreturn]] void RaiseAgain(ErrorData* error);

/// Runs core code that may throw. `code` must not call PostgreSQL; what it returns must need no destructor.
template <class Code>
auto Guard(Code&& code) -> std::invoke_result_t<Code> {
    using Result = std::invoke_result_t<Code>;
    static_assert(std::is_void_v<Result> || std::is_trivially_destructible_v<Result>,
                  "what crosses the seam must need no destructor");
    PendingError error;
    try {
        return code();
    } catch (...) {
        CaptureException(error);
    }
    RaisePending(error);
}

/// A C++ object owned by a memory context: destroyed when the context is reset or deleted, also by an error.
template <class T>
class Holder {
  public:
    /// An empty holder, its callback armed. Fill it with Guard([&] { holder->Set(new T(…)); }).
    static Holder* In(MemoryContext context) {
        Holder* holder = static_cast<Holder*>(MemoryContextAllocZero(context, sizeof(Holder)));
        holder->callback_.func = &Holder::Destroy;
        holder->callback_.arg = holder;
        MemoryContextRegisterResetCallback(context, &holder->callback_);
        return holder;
    }
    void Set(T* object) noexcept {
        delete object_;
        object_ = object;
    }
    T* get() const noexcept { return object_; }
    /// The object is somebody else's from now on.
    T* Release() noexcept {
        T* object = object_;
        object_ = nullptr;
        return object;
    }
    T* operator->() const noexcept { return object_; }
    T& operator*() const noexcept { return *object_; }

  private:
    static void Destroy(void* self) noexcept { static_cast<Holder*>(self)->Set(nullptr); }

    MemoryContextCallback callback_;
    T* object_;
};

/// A new T in `context`, made by its constructor behind the seam.
template <class T, class... Args>
T* NewIn(MemoryContext context, Args&&... args) {
    Holder<T>* holder = Holder<T>::In(context);
    Guard([&] { holder->Set(new T(std::forward<Args>(args)...)); });
    return holder->get();
}

/// palloc'd copy of text from core (UTF-8) in the server's encoding; bytes that can't be converted become
/// '?'. For messages and names, never for values.
char* ToServerText(std::string_view utf8);
/// Prepares a set-returning function and gives its tuplestore and descriptor.
inline ReturnSetInfo* BeginMaterialized(FunctionCallInfo fcinfo) {
    compat::InitMaterialized(fcinfo);
    ReturnSetInfo* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    // The executor frees setDesc after each call, and of RETURNS record it is the caller's own.
    if (result->setDesc == result->expectedDesc) {
        MemoryContext caller = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
        result->setDesc = CreateTupleDescCopy(result->expectedDesc);
        MemoryContextSwitchTo(caller);
    }
    return result;
}

/// palloc'd copy of a server string as UTF-8, for SQLite.
char* ToUtf8(const char* server_text);

/// Whether ToServerText() keeps every character.
bool FitsServerEncoding(std::string_view utf8);

}  // namespace pgsqlite::pg

/// Declares an SQL-callable C++ function: Datum body with `fcinfo`, as after PG_FUNCTION_ARGS. An exception
/// that slips out of the body becomes an error instead of ending the server, and so does a call by objects of
/// another version, whose arguments or columns may be other ones.
#define PG_SQLITE_FUNCTION(name) PG_SQLITE_DECLARE(name, true)

/// One whose arguments and result never change, since indexes, generated columns and foreign tables hold on
/// to it: it serves objects of every version.
#define PG_SQLITE_LASTING_FUNCTION(name) PG_SQLITE_DECLARE(name, false)

#define PG_SQLITE_DECLARE(name, of_this_version)                    \
    static Datum name##_body(FunctionCallInfo fcinfo);              \
    extern "C" {                                                    \
    PGDLLEXPORT Datum name(PG_FUNCTION_ARGS);                       \
    PG_FUNCTION_INFO_V1(name);                                      \
    }                                                               \
    Datum name(PG_FUNCTION_ARGS) {                                  \
        if (of_this_version) ::pgsqlite::pg::CheckObjectsVersion(); \
        return ::pgsqlite::pg::GuardBody(&name##_body, fcinfo);     \
    }                                                               \
    static Datum name##_body([[maybe_unused]] FunctionCallInfo fcinfo)

namespace pgsqlite::pg {
inline Datum GuardBody(Datum (*body)(FunctionCallInfo), FunctionCallInfo fcinfo) {
    PendingError error;
    try {
        return body(fcinfo);
    } catch (...) {
        CaptureException(error);
    }
    RaisePending(error);
}
}  // namespace pgsqlite::pg
