#include "pg/jobs/workers/caller.hpp"

extern "C" {
#include "postmaster/bgworker.h"
}

namespace pgsqlite::pg::jobs {
namespace {

constexpr Size kHeader = MAXALIGN(sizeof(Caller));

char* LibrariesOf(const Caller* caller) {
    return reinterpret_cast<char*>(const_cast<Caller*>(caller)) + kHeader;
}

char* SettingsOf(const Caller* caller) {
    return LibrariesOf(caller) + MAXALIGN(caller->libraries_bytes);
}

}  // namespace

Size CallerBytes() {
    return kHeader + MAXALIGN(EstimateLibraryStateSpace()) + MAXALIGN(EstimateGUCStateSpace());
}

void CaptureCaller(Caller* caller) {
    caller->database = MyDatabaseId;
    caller->authenticated_user = GetAuthenticatedUserId();
    caller->session_user = GetSessionUserId();
    // GetSessionUserIsSuperuser came with a minor version of each (14.14, 15.9, 16.5).
    caller->session_user_is_superuser = superuser_arg(caller->session_user);
    caller->role = GetCurrentRoleId();
    caller->role_is_superuser =
        OidIsValid(caller->role) ? superuser_arg(caller->role) : caller->session_user_is_superuser;
    GetUserIdAndSecContext(&caller->current_user, &caller->security_context);
    caller->libraries_bytes = EstimateLibraryStateSpace();
    caller->settings_bytes = EstimateGUCStateSpace();
    SerializeLibraryState(caller->libraries_bytes, LibrariesOf(caller));
    SerializeGUCState(caller->settings_bytes, SettingsOf(caller));
}

void BecomeCaller(const Caller* caller) {
    BackgroundWorkerInitializeConnectionByOid(caller->database, caller->authenticated_user, 0);
    StartTransactionCommand();
    // Check hooks take the caller's settings as they are: they have been checked there.
    InitializingParallelWorker = true;
    RestoreLibraryState(LibrariesOf(caller));
    RestoreGUCState(SettingsOf(caller));
    // Not among the settings, because the caller may by now be refused what it was once allowed.
    SetSessionAuthorization(caller->session_user, caller->session_user_is_superuser);
    SetCurrentRoleId(caller->role, caller->role_is_superuser);
    InitializingParallelWorker = false;
    CommitTransactionCommand();
    // An aborted transaction goes back to what was current when it began.
    SetUserIdAndSecContext(caller->current_user, caller->security_context);
}

}  // namespace pgsqlite::pg::jobs
