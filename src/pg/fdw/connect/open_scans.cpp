#include "pg/fdw/connect/open_scans.hpp"

namespace pgsqlite::pg::fdw {
namespace {

/// In the order in which they began. Few: those of the statements and cursors that are open.
std::vector<OpenScan*>& OpenScans() {
    static std::vector<OpenScan*> scans;
    return scans;
}

}  // namespace

OpenScan* OpenScan::In(MemoryContext context, Oid server, Settle settle, void* scan) {
    OpenScan* self = static_cast<OpenScan*>(MemoryContextAllocZero(context, sizeof(OpenScan)));
    self->server_ = server;
    self->settle_ = settle;
    self->scan_ = scan;
    self->callback_.func = &OpenScan::OnReset;
    self->callback_.arg = self;
    MemoryContextRegisterResetCallback(context, &self->callback_);
    Guard([&] { OpenScans().push_back(self); });
    return self;
}

void OpenScan::Forget() noexcept {
    auto& scans = OpenScans();
    scans.erase(std::remove(scans.begin(), scans.end(), this), scans.end());
}

void OpenScan::OnReset(void* self) noexcept {
    static_cast<OpenScan*>(self)->Forget();
}

void SettleScans(Oid server, Before before) {
    auto& scans = OpenScans();
    for (size_t i = 0; i < scans.size();) {
        OpenScan* scan = scans[i];
        if (scan->server_ == server && scan->settle_(scan->scan_, before))
            scan->Forget();
        else
            ++i;
    }
}

}  // namespace pgsqlite::pg::fdw
