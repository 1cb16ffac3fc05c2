#include "core/schema/stored_type.hpp"

#include <algorithm>
#include <utility>

#include "core/schema/spelled_type.hpp"
#include "core/schema/stored_candidates.hpp"
#include "core/value/format.hpp"

namespace pgsqlite::schema {

using value::Cell;
using value::Kind;
using value::StorageClass;

namespace {

/// Enough of a value to recognise it in a message.
constexpr std::size_t kShownChars = 40;
constexpr std::size_t kShownSize = 256;

/// The first cell that did not fit the declared mapping. No std::string: it is taken down in mid-scan.
struct Misfit {
    std::uint64_t row = 0;  ///< from 1; 0: there was none
    StorageClass storage_class = StorageClass::kNull;
    Unfit why;
    char shown[kShownSize] = {};
    std::size_t shown_size = 0;
};

/// Smallest and largest number of a date or time column.
struct Range {
    bool any = false;
    Cell min, max;

    static double Rough(const Cell& cell) noexcept {
        return cell.storage_class == StorageClass::kInteger ? static_cast<double>(cell.integer) : cell.real;
    }
    /// To the precision of a double, which tells centuries apart in every encoding.
    void Add(const Cell& cell) noexcept {
        if (!any || Rough(cell) < Rough(min)) min = cell;
        if (!any || Rough(cell) > Rough(max)) max = cell;
        any = true;
    }
};

/// Whether the declaration says anything. ANY does not: in a STRICT table it means "whatever comes". Nor does
/// an unknown type of BLOB affinity, where SQLite keeps all classes as they are.
bool SaysNothing(const MappedType& type, std::string_view declared) {
    const std::string words = SpellType(declared).words;
    return words.empty() || words == "ANY" || (!type.known && type.kind == Kind::kBytea);
}

struct Column {
    StoredTyper::Input input;
    MappedType mapped;        ///< by declaration
    bool by_content = false;  ///< has no declared type: `wider` decides in the first pass
    Candidate declared;
    std::vector<Candidate> promotions;
    std::vector<Candidate> wider;
    std::uint64_t rows = 0;
    std::uint64_t counts[6] = {};  ///< by StorageClass
    bool keep_range = false;
    Range range;
    Misfit misfit;
    bool second = false;  ///< takes part in the second pass

    std::uint64_t non_null() const noexcept {
        return rows - counts[static_cast<std::size_t>(StorageClass::kNull)];
    }
    const Candidate* Promoted() const noexcept {
        for (const Candidate& candidate : promotions)
            if (candidate.alive && non_null() > candidate.made_null) return &candidate;
        return nullptr;
    }
    bool NeedsSecondPass() const noexcept {
        return !by_content && !declared.alive && wider.size() > 1 && Promoted() == nullptr;
    }
    void AddFirst(const Cell& cell, Scratch& scratch) noexcept;
    void AddSecond(const Cell& cell, Scratch& scratch) noexcept;
    StoredColumn Result(bool second_pass_done) const;
    std::string MisfitReason() const;
    std::string ContentReason() const;
};

void TestAll(std::vector<Candidate>& candidates, const Cell& cell, Scratch& scratch) noexcept {
    Unfit why;
    for (Candidate& candidate : candidates)
        if (candidate.alive) candidate.alive = Fits(candidate, cell, scratch, why);
}

void Column::AddFirst(const Cell& cell, Scratch& scratch) noexcept {
    ++rows;
    ++counts[static_cast<std::size_t>(cell.storage_class)];
    if (cell.is_null()) return;
    if (keep_range && (ClassBit(cell.storage_class) & kNumbers) != 0) range.Add(cell);
    TestAll(promotions, cell, scratch);
    if (by_content) {
        TestAll(wider, cell, scratch);
        return;
    }
    if (!declared.alive || Fits(declared, cell, scratch, misfit.why)) return;
    declared.alive = false;
    misfit.row = rows;
    misfit.storage_class = cell.storage_class;
    misfit.shown_size = value::DescribeCell(cell, misfit.shown, kShownSize, kShownChars);
}

void Column::AddSecond(const Cell& cell, Scratch& scratch) noexcept {
    if (second && !cell.is_null()) TestAll(wider, cell, scratch);
}

std::string Column::MisfitReason() const {
    std::string reason = std::string(value::StorageClassName(misfit.storage_class)) + " value ";
    reason.append(misfit.shown, misfit.shown_size);
    reason += " in row " + std::to_string(misfit.row) + ' ';
    reason += misfit.why.form ? "has an offset from UTC" : value::Explain(misfit.why.code).reason;
    return reason + " (" + declared.type.sql + ')';
}

std::string Column::ContentReason() const {
    std::string reason;
    for (StorageClass c :
         {StorageClass::kInteger, StorageClass::kReal, StorageClass::kText, StorageClass::kBlob}) {
        const std::uint64_t count = counts[static_cast<std::size_t>(c)];
        if (count == 0) continue;
        reason += reason.empty() ? "the type is not declared, and the rows hold " : ", ";
        reason += std::to_string(count) + ' ' + value::StorageClassName(c);
    }
    return reason;
}

StoredColumn Column::Result(bool second_pass_done) const {
    StoredColumn result;
    result.type = mapped;
    const Candidate* chosen = &declared;
    if (non_null() == 0) return result;  // any type fits: the declared one stays, and nothing is promoted
    if (const Candidate* promoted = Promoted(); promoted != nullptr) {
        chosen = promoted;
        result.type = chosen->type;
        result.promoted = true;
    } else if (by_content || !declared.alive) {
        const bool tested = by_content || second_pass_done || wider.size() == 1;
        chosen = tested
                     ? &*std::find_if(wider.begin(), wider.end(), [](const Candidate& c) { return c.alive; })
                     : &wider.back();
        result.widened = !by_content || chosen->type.kind != mapped.kind;
        if (result.widened) {
            result.type = chosen->type;
            result.reason = by_content ? ContentReason() : MisfitReason();
        }
        const bool naive = mapped.kind == Kind::kTimestamp || mapped.kind == Kind::kDate;
        if (naive && chosen->type.kind == Kind::kTimestamptz && chosen->naive_seen)
            result.reason += "; texts without an offset are read in option timezone";
    } else if (mapped.kind == Kind::kInput) {
        result.type = declared.type;
        result.widened = true;
        result.reason = "whether a value fits can only be told by the input function of type " + mapped.sql;
    }
    const Kind kind = result.type.kind;
    if (range.any && (kind == Kind::kInt8 || kind == Kind::kFloat8 || kind == Kind::kNumeric))
        result.plausible_encodings = value::DescribeReadings(value::PlausibleReadings(range.min, range.max));
    result.all_not_null = non_null() == rows && chosen->made_null == 0;
    return result;
}

}  // namespace

struct StoredTyper::State {
    std::vector<Column> columns;
    Scratch scratch;
    bool second_pass = false;
};

StoredTyper::StoredTyper(const std::vector<Input>& columns, const Promotions& promotions,
                         bool naive_as_timestamptz, bool utf8_server)
    : state_(std::make_unique<State>()) {
    state_->columns.reserve(columns.size());
    for (const Input& input : columns) {
        Column column;
        column.input = input;
        column.mapped = MapDeclaredType(input.declared_type, naive_as_timestamptz);
        const Kind kind = column.mapped.kind;
        // Core can't run input functions: the text stands in for the type, and is what the column becomes.
        MappedType tested = kind == Kind::kInput ? PlainType(Kind::kText) : column.mapped;
        const TextForm form = kind == Kind::kTimestamp ? TextForm::kWithoutOffset : TextForm::kAny;
        column.declared = MakeCandidate(std::move(tested), input, utf8_server, kAllClasses, form);
        column.by_content = SaysNothing(column.mapped, input.declared_type);
        column.keep_range = kind == Kind::kDate || kind == Kind::kTimestamp || kind == Kind::kTimestamptz;
        column.wider = column.by_content
                           ? TypesByContent(input, utf8_server)
                           : WiderTypes(column.mapped, input, naive_as_timestamptz, utf8_server);
        if (!column.by_content)
            column.promotions =
                PromotedTypes(column.mapped, input, promotions, naive_as_timestamptz, utf8_server);
        state_->columns.push_back(std::move(column));
    }
}

StoredTyper::~StoredTyper() = default;

void StoredTyper::Add(const Cell* cells) noexcept {
    for (Column& column : state_->columns) {
        if (state_->second_pass)
            column.AddSecond(*cells++, state_->scratch);
        else
            column.AddFirst(*cells++, state_->scratch);
    }
}

bool StoredTyper::NeedsSecondPass() const noexcept {
    return !state_->second_pass && std::any_of(state_->columns.begin(), state_->columns.end(),
                                               [](const Column& c) { return c.NeedsSecondPass(); });
}

void StoredTyper::BeginSecondPass() noexcept {
    for (Column& column : state_->columns)
        column.second = column.NeedsSecondPass();
    state_->second_pass = true;
}

std::vector<StoredColumn> StoredTyper::Result() const {
    state_->scratch.Verify();
    std::vector<StoredColumn> results;
    results.reserve(state_->columns.size());
    for (const Column& column : state_->columns)
        results.push_back(column.Result(column.second));
    return results;
}

}  // namespace pgsqlite::schema
