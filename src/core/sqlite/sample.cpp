#include "core/sqlite/sample.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <string>

#include "core/base/error.hpp"
#include "core/sqlite/statement.hpp"
#include "core/sqlite/statistics.hpp"

namespace pgsqlite::sqlite {
namespace {

/// A range of rowids below this many times the sample is read as a whole: the draws would meet about every
/// page of it anyway, and the count becomes exact.
constexpr double kReadAllBelow = 10;
/// With fewer hits than this a draw, all rowids are read: each costs a tenth of a look-up, more or less.
constexpr double kLeastDensity = 0.125;
/// Draws that the row count rests on, however few rows are wanted.
constexpr std::size_t kLeastDraws = 10000;
/// Steps between two questions whether to go on; a look-up takes microseconds.
constexpr std::uint64_t kCheckEvery = 256;

class Sampler {
  public:
    Sampler(Database& db, std::string_view table, std::string_view rowid, const SampleOptions& options)
        : db_(db),
          table_("main." + QuoteIdentifier(table)),
          rowid_(rowid),
          options_(options),
          random_(options.seed) {}

    /// Nothing when hits are too rare.
    std::optional<RowSample> Draw(const RowidRange& range);
    RowSample ReadAll();

  private:
    std::vector<std::int64_t> Numbers(const RowidRange& range, std::size_t count);
    void KeepExisting(std::vector<std::int64_t>& rowids);
    void Check() const {
        if (options_.cancelled != nullptr && options_.cancelled())
            throw Error(sqlstate::kQueryCanceled, "sampling was cancelled");
    }

    Database& db_;
    std::string table_;
    std::string rowid_;
    SampleOptions options_;
    std::mt19937_64 random_;
};

/// Random numbers of the range, ascending, each once. Ascending look-ups read the file from front to back.
std::vector<std::int64_t> Sampler::Numbers(const RowidRange& range, std::size_t count) {
    std::uniform_int_distribution<std::int64_t> any(range.first, range.last);
    std::vector<std::int64_t> numbers(count);
    for (std::int64_t& number : numbers)
        number = any(random_);
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
}

void Sampler::KeepExisting(std::vector<std::int64_t>& rowids) {
    Statement probe(db_, "SELECT 1 FROM " + table_ + " WHERE " + rowid_ + " = ?1");
    std::uint64_t probed = 0;
    std::erase_if(rowids, [&](std::int64_t rowid) {
        if (++probed % kCheckEvery == 0) Check();
        probe.Reset();
        if (!probe.Bind(1, value::Cell::Integer(rowid))) throw Error(sqlstate::kOutOfMemory, "out of memory");
        return !probe.Fetch();
    });
}

std::optional<RowSample> Sampler::Draw(const RowidRange& range) {
    std::vector<std::int64_t> drawn = Numbers(range, std::max(options_.target, kLeastDraws));
    std::vector<std::int64_t> hits = drawn;
    KeepExisting(hits);
    double density = static_cast<double>(hits.size()) / static_cast<double>(drawn.size());
    if (density < kLeastDensity) return std::nullopt;
    if (hits.size() < options_.target) {
        const double missing = static_cast<double>(options_.target - hits.size());
        const std::vector<std::int64_t> numbers =
            Numbers(range, static_cast<std::size_t>(std::ceil(missing / density)));
        std::vector<std::int64_t> more;
        std::set_difference(numbers.begin(), numbers.end(), drawn.begin(), drawn.end(),
                            std::back_inserter(more));
        const std::size_t draws = drawn.size() + more.size();
        KeepExisting(more);
        hits.insert(hits.end(), more.begin(), more.end());
        density = static_cast<double>(hits.size()) / static_cast<double>(draws);
    }
    RowSample sample;
    sample.total_rows = std::round(density * range.width());
    if (hits.size() > options_.target) {
        std::shuffle(hits.begin(), hits.end(), random_);
        hits.resize(options_.target);
    }
    std::sort(hits.begin(), hits.end());
    sample.rowids = std::move(hits);
    return sample;
}

RowSample Sampler::ReadAll() {
    Statement all(db_, "SELECT " + rowid_ + " FROM " + table_);
    Reservoir reservoir(options_.target, random_());
    RowSample sample;
    while (all.Fetch()) {
        const std::size_t place = reservoir.Offer();
        if (place < sample.rowids.size())
            sample.rowids[place] = all.Int(0);
        else if (place < options_.target)
            sample.rowids.push_back(all.Int(0));
        if (reservoir.seen() % kCheckEvery == 0) Check();
    }
    // An index gives them in its own order.
    std::sort(sample.rowids.begin(), sample.rowids.end());
    sample.total_rows = static_cast<double>(reservoir.seen());
    sample.counted = true;
    return sample;
}

}  // namespace

/// Above 0 and below 1, so that its logarithm is a number.
double Reservoir::Fraction() noexcept {
    constexpr double kUnit = 0x1p-53;
    return (static_cast<double>(random_() >> 11) + 0.5) * kUnit;
}

/// How many rows to pass over before the next one that is taken.
void Reservoir::ChooseNext() noexcept {
    // Beyond any stream, and far from overflow.
    constexpr double kNever = 0x1p62;
    weight_ *= std::exp(std::log(Fraction()) / static_cast<double>(capacity_));
    const double skipped = std::floor(std::log(Fraction()) / std::log1p(-weight_));
    next_ = seen_ + static_cast<std::uint64_t>(skipped < kNever ? skipped : kNever);
}

std::size_t Reservoir::Offer() noexcept {
    const std::uint64_t number = seen_++;
    std::size_t place = capacity_;
    if (number < capacity_)
        place = static_cast<std::size_t>(number);
    else if (number == next_)
        place =
            std::min(static_cast<std::size_t>(Fraction() * static_cast<double>(capacity_)), capacity_ - 1);
    if (number + 1 == capacity_ || (number >= capacity_ && number == next_)) ChooseNext();
    return place;
}

RowSample SampleRowids(Database& db, std::string_view table, std::string_view rowid_name,
                       const SampleOptions& options) {
    Sampler sampler(db, table, rowid_name, options);
    const std::optional<RowidRange> range = ReadRowidRange(db, table, rowid_name);
    if (!range) return {};
    const double width = range->width();
    // More rows than the file can hold there are not, so a sparse table is known without a draw.
    const bool dense = MostRows(db) >= kLeastDensity * width;
    if (dense && width > kReadAllBelow * static_cast<double>(options.target)) {
        std::optional<RowSample> drawn = sampler.Draw(*range);
        if (drawn) return std::move(*drawn);
    }
    return sampler.ReadAll();
}

}  // namespace pgsqlite::sqlite
