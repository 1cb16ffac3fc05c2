#include "pg/validate/allowances.hpp"

#include "core/base/nearest.hpp"
#include "core/value/status.hpp"
#include "pg/jobs/records/proof_records.hpp"

namespace pgsqlite::pg::validate {
namespace {

constexpr char kPolicy[] = "policy";

/// In the order of docs/reference/validate.md.
constexpr const char* kKinds[] = {"difference", "cannot compare", "constraint",   "reject",
                                  "unread",     "unfinished",     "untranslated", kPolicy};

bool IsKind(const char* name) noexcept {
    for (const char* kind : kKinds)
        if (std::strcmp(kind, name) == 0) return true;
    return false;
}

/// In the place of "none": what no value's conversion does, but a step behind the load.
const char* PolicyName(size_t i) noexcept {
    return i == 0 ? "orphans" : value::AppliedName(static_cast<value::Applied>(i));
}

constexpr size_t kPolicies = static_cast<size_t>(value::Applied::kAppliedCount);

bool IsPolicy(const char* name) noexcept {
    for (size_t i = 0; i < kPolicies; ++i)
        if (std::strcmp(PolicyName(i), name) == 0) return true;
    return false;
}

/// What is behind the kind and a colon; null: `item` does not begin with a kind.
const char* ThingOf(const char* item, const char** kind) noexcept {
    for (const char* known : kKinds) {
        const size_t length = std::strlen(known);
        if (std::strncmp(item, known, length) != 0 || item[length] != ':') continue;
        *kind = known;
        return item + length + 1;
    }
    return nullptr;
}

bool IsKnown(int64 job, const char* item) {
    if (IsKind(item) || IsPolicy(item)) return true;
    const char* kind = nullptr;
    const char* thing = ThingOf(item, &kind);
    if (thing == nullptr) return jobs::HasThing(job, item);
    return kind != kPolicy || IsPolicy(thing) || jobs::HasThing(job, thing);
}

[[noreturn]] void Refuse(const char* item) {
    constexpr size_t kKindCount = std::size(kKinds);
    const char* words[kKindCount + kPolicies];
    StringInfoData kinds, policies;
    initStringInfo(&kinds);
    initStringInfo(&policies);
    for (size_t i = 0; i < kKindCount; ++i) {
        words[i] = kKinds[i];
        appendStringInfo(&kinds, "%s%s", i > 0 ? ", " : "", kKinds[i]);
    }
    for (size_t i = 0; i < kPolicies; ++i) {
        words[kKindCount + i] = PolicyName(i);
        appendStringInfo(&policies, "%s%s", i > 0 ? ", " : "", PolicyName(i));
    }
    const char* kind = nullptr;
    const char* name = ThingOf(item, &kind) != nullptr ? ThingOf(item, &kind) : item;
    const char* near = NearestWord(name, {words, kKindCount + kPolicies});
    ereport(
        ERROR,
        (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unrecognized exception \"%s\" in allow", item),
         errhint("%s%s%sKinds are: %s. Policies are: %s. A kind may be followed by a colon and the name of "
                 "a thing; a thing by itself must be one of the job's.",
                 near != nullptr ? "Perhaps you meant \"" : "", near != nullptr ? near : "",
                 near != nullptr ? "\". " : "", kinds.data, policies.data)));
}

}  // namespace

Allowances ReadAllowances(int64 job, ArrayType* allow) {
    Datum* items;
    bool* nulls;
    Allowances allowances = {};
    deconstruct_array(allow, TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls, &allowances.count);
    allowances.items = static_cast<char**>(palloc(sizeof(char*) * static_cast<Size>(allowances.count + 1)));
    for (int i = 0; i < allowances.count; ++i) {
        if (nulls[i])
            ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                            errmsg("argument \"allow\" must not hold null")));
        allowances.items[i] = TextDatumGetCString(items[i]);
        if (!IsKnown(job, allowances.items[i])) Refuse(allowances.items[i]);
    }
    return allowances;
}

bool IsAllowed(const Allowances& allowances, const char* kind, const char* thing) {
    const char* both = psprintf("%s:%s", kind, thing);
    for (int i = 0; i < allowances.count; ++i) {
        const char* item = allowances.items[i];
        if (std::strcmp(item, kind) == 0 || std::strcmp(item, thing) == 0 || std::strcmp(item, both) == 0)
            return true;
    }
    return false;
}

}  // namespace pgsqlite::pg::validate
