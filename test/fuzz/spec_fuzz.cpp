// Any bytes as a spec: it is taken or refused with a message that PostgreSQL can show, and what is taken
// resolves to settings with pointers into the document.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/base/error.hpp"
#include "core/spec/name_pattern.hpp"
#include "core/spec/spec.hpp"
#include "core/value/text/utf8.hpp"

namespace {

using namespace pgsqlite::spec;

void Check(bool holds) {
    if (!holds) std::abort();
}

void CheckMessage(const std::string& text) {
    Check(pgsqlite::value::FindTextFault(text) == text.size());
    Check(text.size() < 65536);
}

void CheckPointer(const nlohmann::json& document, std::string_view pointer) {
    if (!pointer.empty()) Check(document.contains(nlohmann::json::json_pointer(std::string(pointer))));
}

void CheckNames(std::string_view bytes) {
    std::string fault;
    const auto parts = ParseName(QuoteName(bytes), &fault);
    Check(parts.size() == 1 && parts.front().Matches(bytes, false) && parts.front().Matches(bytes, true));
    const auto pattern = ParseName(bytes, &fault);
    Check(pattern.empty() != fault.empty());
    for (const NamePattern& part : pattern)
        if (part.Matches(bytes, false)) Check(part.Matches(bytes, true));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    CheckNames(text.substr(0, 64));
    try {
        const Spec spec = Spec::Parse(text);
        // nlohmann's own tree of the same text.
        const nlohmann::json document = nlohmann::json::parse(text);
        Check(document.is_object());
        const KnownTable tables[] = {{"shop", "customer", {{"id", "INTEGER"}, {"email", "DECIMAL(10,2)"}}},
                                     {"s", "t", {{"c", ""}}}};
        const std::string servers[] = {"shop", "s"};
        CheckPointer(document, spec.ForServer("shop").sources.From("prefix"));
        for (const KnownTable& table : tables) {
            (void)spec.Included(table.server, table.table);
            (void)spec.AddedColumns(table.server, table.table, table.columns);
            const TableSettings settings = spec.ForTable(table.server, table.table);
            for (const char* key : {"on_error", "target", "existing", "upsert", "types", "timezone"})
                CheckPointer(document, settings.sources.From(key));
            Check(settings.existing == Existing::kUpsert ||
                  (settings.upsert.key.empty() && !settings.upsert.set));
            for (const RowRule& rule : settings.rules)
                CheckPointer(document, rule.pointer);
            for (const KnownColumn& column : table.columns) {
                const ColumnSettings each =
                    spec.ForColumn(table.server, table.table, column.name, column.declared_type);
                for (const char* key : {"on_error", "type", "target", "encoding", "default", "default_sql"})
                    CheckPointer(document, each.sources.From(key));
                Check(!each.default_value || each.default_sql.empty());
                Check(each.type.empty() == !each.sources.Has("type"));
            }
        }
        for (const Unmatched& each : spec.FindUnmatched(servers, tables))
            CheckPointer(document, each.pointer);
    } catch (const pgsqlite::Error& error) {
        Check(std::string_view(error.sqlstate()) == "22023" || std::string_view(error.sqlstate()) == "54000");
        Check(error.message().starts_with("invalid spec"));
        CheckMessage(error.message());
        CheckMessage(error.detail());
        CheckMessage(error.hint());
    }
    return 0;
}
