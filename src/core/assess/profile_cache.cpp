#include "core/assess/profile_cache.hpp"

#include <utility>

#include "core/assess/table_reader.hpp"

namespace pgsqlite::assess {

/// The state of a file that an answer was read from.
struct ProfileCache::State {
    std::string path;
    sqlite::FileIdentity file, wal;
    sqlite::Snapshot snapshot;

    bool SameAs(const State& other) const noexcept {
        return path == other.path && file == other.file && wal == other.wal &&
               snapshot.SameAs(other.snapshot);
    }
};

struct ProfileCache::Entry {
    State state;
    std::string place;  ///< in by_place_
    std::shared_ptr<const void> answer;
    std::size_t bytes = 0;
};

namespace {

/// What belongs to one table; lengths first, since names may hold anything.
std::string KeyOf(const char* what, const sqlite::Table& table, const std::string& rest) {
    return what + std::to_string(table.name.size()) + ':' + table.name + rest;
}

}  // namespace

ProfileCache::State ProfileCache::StateOf(sqlite::Database& db) {
    return {db.path(), sqlite::Identify(db.path()), sqlite::Identify(db.path() + "-wal"), db.TakeSnapshot()};
}

std::string ProfileCache::PlaceOf(const State& state, const std::string& key) {
    return state.path + '\0' + key;
}

template <class Answer>
std::shared_ptr<const Answer> ProfileCache::Find(const State& state, const std::string& key) {
    const auto found = by_place_.find(PlaceOf(state, key));
    if (found == by_place_.end() || !(*found->second)->state.SameAs(state)) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return std::static_pointer_cast<const Answer>(entries_.front()->answer);
}

void ProfileCache::Drop(Entries::iterator entry) {
    bytes_ -= (*entry)->bytes;
    by_place_.erase((*entry)->place);
    entries_.erase(entry);
}

void ProfileCache::Keep(State state, std::string key, std::shared_ptr<const void> answer, std::size_t bytes) {
    std::string place = PlaceOf(state, key);
    // An older state of the same file is not asked for again. Looked for only when a file has changed: there
    // may be an entry for each column of ten thousand tables.
    if (last_ == nullptr || !last_->state.SameAs(state)) {
        for (auto i = entries_.begin(); i != entries_.end();) {
            const auto next = std::next(i);
            const State& old = (*i)->state;
            if (old.path == state.path && !old.SameAs(state)) Drop(i);
            i = next;
        }
    }
    if (const auto same = by_place_.find(place); same != by_place_.end()) Drop(same->second);
    bytes += sizeof(Entry) + state.path.size() + 2 * place.size();
    last_ = std::make_shared<Entry>(Entry{std::move(state), std::move(place), std::move(answer), bytes});
    if (bytes > max_bytes_) return;
    entries_.push_front(last_);
    by_place_.emplace(last_->place, entries_.begin());
    bytes_ += bytes;
    while (bytes_ > max_bytes_)
        Drop(std::prev(entries_.end()));
}

std::shared_ptr<const TableProfile> ProfileCache::Profile(sqlite::Database& db, const sqlite::Table& table,
                                                          const ProfileOptions& options) {
    const ReadScope scope(db);
    State state = StateOf(db);
    const std::string key = KeyOf("profile ", table, "");
    auto found = Find<TableProfile>(state, key);
    if (found != nullptr && (found->counted_duplicates || !options.duplicates)) return found;
    auto profile = std::make_shared<const TableProfile>(ReadProfile(db, table, options));
    Keep(std::move(state), key, profile, profile->MemoryUse());
    return profile;
}

std::vector<std::shared_ptr<const ColumnMisfits>> ProfileCache::Misfits(
    sqlite::Database& db, const sqlite::Table& table, const std::vector<ColumnRule>& rules) {
    const ReadScope scope(db);
    const State state = StateOf(db);
    std::vector<std::shared_ptr<const ColumnMisfits>> answers(rules.size());
    std::vector<ColumnRule> missing;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        answers[i] = Find<ColumnMisfits>(state, KeyOf("misfits ", table, rules[i].Key()));
        if (answers[i] != nullptr) continue;
        missing.push_back(rules[i]);
        places.push_back(i);
    }
    if (missing.empty()) return answers;
    std::vector<ColumnMisfits> counted = CountMisfits(db, table, missing);
    for (std::size_t i = 0; i < counted.size(); ++i) {
        auto answer = std::make_shared<const ColumnMisfits>(std::move(counted[i]));
        // Examples are short; a share of them is enough for a bound.
        constexpr std::size_t kExamples = 1024;
        Keep(state, KeyOf("misfits ", table, missing[i].Key()), answer, sizeof(ColumnMisfits) + kExamples);
        answers[places[i]] = std::move(answer);
    }
    return answers;
}

std::uint64_t ProfileCache::RefusedRows(sqlite::Database& db, const sqlite::Table& table,
                                        const std::vector<RowCondition>& conditions) {
    const ReadScope scope(db);
    std::vector<ColumnRule> rules;
    for (const RowCondition& condition : conditions)
        rules.push_back(condition.rule);
    const auto misfits = Misfits(db, table, rules);
    std::vector<RowCondition> refusing;
    std::uint64_t refused = 0;
    std::string rest;
    for (std::size_t i = 0; i < conditions.size(); ++i) {
        const RowCondition& condition = conditions[i];
        const bool takes_misfits = condition.refuses_misfits || condition.refuses_nulls;
        const std::uint64_t rows =
            (takes_misfits ? misfits[i]->refused : 0) + (condition.refuses_nulls ? misfits[i]->nulls : 0);
        if (rows == 0) continue;
        refused = rows;
        const std::string key = condition.rule.Key();
        rest += std::to_string(key.size()) + (condition.refuses_nulls ? 'n' : 'm') + key;
        refusing.push_back(condition);
    }
    if (refusing.size() < 2) return refused;
    State state = StateOf(db);
    std::string key = KeyOf("refused ", table, rest);
    if (const auto found = Find<std::uint64_t>(state, key)) return *found;
    const auto answer = std::make_shared<const std::uint64_t>(CountRefusedRows(db, table, refusing));
    Keep(std::move(state), std::move(key), answer, sizeof(std::uint64_t));
    return *answer;
}

std::shared_ptr<const std::vector<schema::StoredColumn>> ProfileCache::Stored(sqlite::Database& db,
                                                                              const sqlite::Table& table,
                                                                              const StoredRule& rule) {
    using Types = std::vector<schema::StoredColumn>;
    const ReadScope scope(db);
    State state = StateOf(db);
    std::string key = KeyOf("stored ", table, rule.Key());
    if (auto found = Find<Types>(state, key)) return found;
    auto types = std::make_shared<const Types>(ReadStoredColumns(db, table, rule));
    // Reasons and encodings are short sentences.
    constexpr std::size_t kColumn = sizeof(schema::StoredColumn) + 512;
    Keep(std::move(state), std::move(key), types, types->size() * kColumn);
    return types;
}

}  // namespace pgsqlite::assess
