// Owner rights: a job's code (its conversions and conditions, and the triggers, CHECKs, defaults and index
// expressions of its targets) is its owner's, so it runs by the owner's rights, whoever takes the job up. As
// PostgreSQL does it for REINDEX or ANALYZE: as the owner and in a security-restricted operation, where RESET
// ROLE, deferred triggers, temporary objects and settings lead nowhere.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// What was current before.
struct Rights {
    Oid user;
    int security;
    int settings;  ///< level of their nesting; 0: none of its own
};

/// From here on the role's, restricted, until ReturnRights or the end of the (sub)transaction by an error.
/// Inside of a transaction; a commit needs them returned first.
Rights TakeRights(Oid role);
/// Settings that were changed meanwhile are what they were before.
void ReturnRights(const Rights& before);

/// Checks of constraints that are deferred so far happen now, by the rights of whoever brought them about,
/// and later ones at once: what is restricted can't leave any behind.
void SettleConstraints();

/// Runs code of the job by the rights of a role. @param role InvalidOid: by those of the caller
template <class Code>
void AsRole(Oid role, Code&& code) {
    if (!OidIsValid(role)) return code();
    const Rights before = TakeRights(role);
    code();
    ReturnRights(before);
}

/// The same for code that writes.
template <class Code>
void WriteAsRole(Oid role, Code&& code) {
    if (OidIsValid(role)) SettleConstraints();
    AsRole(role, code);
}

}  // namespace pgsqlite::pg::jobs
