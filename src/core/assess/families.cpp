// Families: a key and all columns that refer to it, over tables and databases. What is suggested for one of
// them alone would break their foreign keys, so that they get one type, which holds every row of each.
#include <map>
#include <numeric>

#include "core/assess/finding_rules.hpp"

namespace pgsqlite::assess {
namespace {

using plan::Finding;
using plan::PlannedColumn;
using plan::PlannedForeignKey;
using plan::PlannedTable;
using plan::Setting;
using plan::Severity;
using schema::MappedType;
using value::Kind;

struct KeyMember {
    const PlannedTable* table;
    const PlannedColumn* column;
    const ColumnFacts* facts;
};

class FamilyFinder {
  public:
    FamilyFinder(Findings& findings, const plan::Design& design, const std::vector<TableFacts>& facts)
        : findings_(findings), design_(design) {
        for (std::size_t i = 0; i < design.tables.size(); ++i) {
            first_.push_back(members_.size());
            for (std::size_t j = 0; j < design.tables[i].columns.size(); ++j)
                members_.push_back({&design.tables[i], &design.tables[i].columns[j], &facts[i].columns[j]});
        }
        root_.resize(members_.size());
        std::iota(root_.begin(), root_.end(), std::size_t{0});
    }

    void Run() {
        for (const PlannedTable& table : design_.tables)
            for (const PlannedForeignKey& key : table.foreign_keys)
                Join(table, key);
        std::map<std::size_t, std::vector<KeyMember>> families;
        for (std::size_t i = 0; i < members_.size(); ++i)
            families[RootOf(i)].push_back(members_[i]);
        for (const auto& [root, family] : families)
            if (family.size() > 1) Judge(family);
    }

  private:
    std::size_t RootOf(std::size_t member) {
        while (root_[member] != member)
            member = root_[member] = root_[root_[member]];
        return member;
    }

    std::size_t PlaceOf(const PlannedTable& table, const PlannedColumn& column) const {
        return first_[static_cast<std::size_t>(&table - design_.tables.data())] +
               static_cast<std::size_t>(&column - table.columns.data());
    }

    void Join(const PlannedTable& table, const PlannedForeignKey& key) {
        if (key.existing != nullptr) return;  // its types are the target's
        if (!key.parent_planned || (!key.reason.empty() && !key.types_differ) ||
            key.columns.size() != key.parent_columns.size())
            return;
        const PlannedTable& parent = design_.tables[key.parent];
        for (std::size_t i = 0; i < key.columns.size(); ++i) {
            const PlannedColumn* child = table.FindTarget(key.columns[i]);
            const PlannedColumn* referred = parent.FindTarget(key.parent_columns[i]);
            if (child == nullptr || referred == nullptr) continue;
            root_[RootOf(PlaceOf(table, *child))] = RootOf(PlaceOf(parent, *referred));
        }
    }

    /// Whether somebody else has decided the type.
    static bool IsFixed(const KeyMember& member) {
        const PlannedColumn& column = *member.column;
        const int alias = member.table->table().rowid_alias();
        return column.existing != nullptr || !column.settings.type.empty() || column.conversion.has_value() ||
               (alias >= 0 &&
                column.source == &member.table->table().columns[static_cast<std::size_t>(alias)]);
    }

    /// The findings about one column that propose a type, an encoding or rejects.
    std::vector<Finding*> ProposalsOf(const KeyMember& member) {
        std::vector<Finding*> found;
        for (Finding& finding : findings_.list())
            if (finding.server == member.table->source->server &&
                finding.table == member.table->table().name &&
                finding.column == member.column->source_name() &&
                std::any_of(finding.settings.begin(), finding.settings.end(), IsProposal))
                found.push_back(&finding);
        return found;
    }
    static bool IsProposal(const Setting& setting) {
        return setting.level == Setting::Level::kColumn &&
               (setting.key == "type" || setting.key == "encoding" || setting.key == "on_error");
    }

    /// The type that a column is to have as things stand, and whether an encoding goes with it.
    MappedType WantedOf(const KeyMember& member, bool* encoded) {
        MappedType type = member.column->type;
        for (const Finding* finding : ProposalsOf(member))
            for (const Setting& setting : finding->settings) {
                if (!IsProposal(setting)) continue;
                *encoded = *encoded || setting.key == "encoding";
                if (setting.key != "type") continue;
                type = member.facts->suggestion && member.facts->suggestion->type.sql == setting.value
                           ? member.facts->suggestion->type
                           : schema::MapDeclaredType(setting.value);
                type.sql = setting.value;
            }
        return type;
    }

    /// Text is proposed against a blocker: as another type its values don't stay apart, or don't fit.
    bool MustBeText(const KeyMember& member) {
        for (const Finding* finding : ProposalsOf(member))
            for (const Setting& setting : finding->settings)
                if (finding->severity == Severity::kBlocker && setting.key == "type" &&
                    setting.value == "text")
                    return true;
        return false;
    }

    static bool HoldsAll(const std::vector<KeyMember>& family, Kind kind) {
        return std::all_of(family.begin(), family.end(), [&](const KeyMember& member) {
            const Tally* misfits = member.facts->profile->Misfits(kind);
            return misfits != nullptr && misfits->rows == 0;
        });
    }

    void Judge(const std::vector<KeyMember>& family) {
        std::vector<MappedType> wanted;
        bool encoded = false, differ = false;
        const KeyMember* fixed = nullptr;
        for (const KeyMember& member : family) {
            if (member.column->source == nullptr || member.facts->profile == nullptr) return;
            wanted.push_back(WantedOf(member, &encoded));
            if (IsFixed(member)) {
                if (fixed != nullptr && !plan::Comparable(fixed->column->type, member.column->type)) return;
                fixed = &member;
            }
        }
        for (const MappedType& type : wanted)
            differ =
                differ || !plan::Comparable(type, wanted.front()) || !plan::Comparable(wanted.front(), type);
        const bool rejects = std::any_of(family.begin(), family.end(), [&](const KeyMember& member) {
            for (const Finding* finding : ProposalsOf(member))
                for (const Setting& setting : finding->settings)
                    if (setting.key == "on_error") return true;
            return false;
        });
        if (!differ && !rejects && !encoded) return;
        if (fixed != nullptr) {
            if (HoldsAll(family, fixed->column->type.kind))
                Settle(family, schema::PlainType(fixed->column->type.kind));
            return;
        }
        // What they have, or would have by themselves; else the widest.
        std::vector<Kind> kinds;
        for (const KeyMember& member : family)
            kinds.push_back(member.column->type.kind);
        for (const MappedType& type : wanted)
            kinds.push_back(type.kind);
        for (const Kind kind : {Kind::kInt8, Kind::kNumeric, Kind::kText, Kind::kBytea})
            kinds.push_back(kind);
        // Text last of all but bytea, since it holds most of what the others do.
        std::stable_partition(kinds.begin(), kinds.end(),
                              [](Kind kind) { return kind != Kind::kText && kind != Kind::kBytea; });
        if (std::any_of(family.begin(), family.end(),
                        [&](const KeyMember& member) { return MustBeText(member); }))
            kinds.insert(kinds.begin(), Kind::kText);
        for (const Kind kind : kinds)
            if (HoldsAll(family, kind)) return Settle(family, schema::PlainType(kind));
    }

    void Settle(const std::vector<KeyMember>& family, const MappedType& type) {
        std::string others;
        for (const KeyMember& member : family)
            others += (others.empty() ? "" : ", ") + member.table->table().name + "." +
                      member.column->source_name();
        for (const KeyMember& member : family) {
            for (Finding* finding : ProposalsOf(member)) {
                std::erase_if(finding->settings, IsProposal);
                if (!IsFixed(member))
                    finding->settings.push_back({"type", type.sql, Setting::Level::kColumn});
                finding->suggestion = "read it as " + type.sql + ", as all columns of its key: " + others;
            }
            if (IsFixed(member) || member.column->type.sql == type.sql || !ProposalsOf(member).empty())
                continue;
            Finding& finding = findings_.Add(
                *member.table, Severity::kNote,
                "belongs to a key whose columns hold all rows as " + type.sql + ": " + others, member.column);
            finding.suggestion = "read it as " + type.sql;
            finding.settings.push_back({"type", type.sql, Setting::Level::kColumn});
        }
    }

    Findings& findings_;
    const plan::Design& design_;
    std::vector<KeyMember> members_;
    std::vector<std::size_t> first_;  ///< by table: its first member
    std::vector<std::size_t> root_;
};

}  // namespace

void FindFamilies(Findings& findings, const plan::Design& design, const std::vector<TableFacts>& facts) {
    if (facts.size() == design.tables.size()) FamilyFinder(findings, design, facts).Run();
}

}  // namespace pgsqlite::assess
