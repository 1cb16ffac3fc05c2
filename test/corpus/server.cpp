#include "server.hpp"

#include <cstring>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace corpus {
namespace {

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

/// One line of COPY's text format.
void SplitCopyLine(std::string_view line, std::size_t columns, PgRow& row) {
    row.assign(columns, std::nullopt);
    std::size_t i = 0;
    for (std::optional<std::string>& field : row) {
        if (line.substr(i, 2) == "\\N") {
            i += 2;
        } else {
            field.emplace();
            for (; i < line.size() && line[i] != '\t' && line[i] != '\n'; ++i) {
                if (line[i] != '\\') {
                    *field += line[i];
                    continue;
                }
                static constexpr std::string_view kLetters = "bfnrtv", kBytes = "\b\f\n\r\t\v";
                const char letter = line[++i];
                const std::size_t at = kLetters.find(letter);
                *field += at == std::string_view::npos ? letter : kBytes[at];
            }
        }
        ++i;
    }
}

}  // namespace

Server::Server(const std::string& database) {
    const char* const keywords[] = {"dbname", "client_encoding", "options", nullptr};
    const char* const values[] = {
        database.c_str(), "UTF8",
        "-c timezone=UTC -c datestyle=ISO -c bytea_output=hex -c extra_float_digits=1 "
        "-c intervalstyle=postgres -c statement_timeout=60s",
        nullptr};
    connection_ = PQconnectdbParams(keywords, values, 0);
    if (PQstatus(connection_) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection_));
    PQsetNoticeReceiver(connection_, OnNotice, this);
}

Server::~Server() {
    PQfinish(connection_);
}

void Server::OnNotice(void* self, const PGresult* result) {
    const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity != nullptr && std::strcmp(severity, "WARNING") == 0)
        static_cast<Server*>(self)->warnings_.emplace_back(
            PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
}

Failure Server::LastFailure(const PGresult* result) const {
    const auto field = [&](int code) {
        const char* text = PQresultErrorField(result, code);
        return std::string(text != nullptr ? text : "");
    };
    Failure failure{field(PG_DIAG_SQLSTATE), field(PG_DIAG_MESSAGE_PRIMARY), field(PG_DIAG_MESSAGE_DETAIL)};
    if (failure.message.empty()) failure.message = PQerrorMessage(connection_);
    return failure;
}

std::optional<Failure> Server::Run(const std::string& sql) {
    const Result result(PQexec(connection_, sql.c_str()), PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return std::nullopt;
    return LastFailure(result.get());
}

void Server::Must(const std::string& sql) {
    if (const auto failure = Run(sql)) throw std::runtime_error(sql + ": " + failure->Text());
}

std::vector<PgRow> Server::Rows(const std::string& sql) {
    const Result result(PQexec(connection_, sql.c_str()), PQclear);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK)
        throw std::runtime_error(sql + ": " + LastFailure(result.get()).Text());
    std::vector<PgRow> rows(static_cast<std::size_t>(PQntuples(result.get())));
    for (std::size_t i = 0; i < rows.size(); ++i)
        for (int j = 0; j < PQnfields(result.get()); ++j) {
            const bool null = PQgetisnull(result.get(), static_cast<int>(i), j) != 0;
            rows[i].push_back(
                null ? std::nullopt
                     : std::optional<std::string>(PQgetvalue(result.get(), static_cast<int>(i), j)));
        }
    return rows;
}

std::optional<Failure> Server::Stream(const std::string& query,
                                      const std::function<void(const PgRow&)>& row) {
    Result result(PQexec(connection_, ("COPY (" + query + ") TO STDOUT").c_str()), PQclear);
    if (PQresultStatus(result.get()) != PGRES_COPY_OUT) return LastFailure(result.get());
    const auto columns = static_cast<std::size_t>(PQnfields(result.get()));
    PgRow fields;
    char* line = nullptr;
    int size = 0;
    while ((size = PQgetCopyData(connection_, &line, 0)) > 0) {
        const std::unique_ptr<char, decltype(&PQfreemem)> owner(line, PQfreemem);
        SplitCopyLine(std::string_view(line, static_cast<std::size_t>(size)), columns, fields);
        row(fields);
    }
    std::optional<Failure> failure;
    while (result.reset(PQgetResult(connection_)), result != nullptr)
        if (PQresultStatus(result.get()) != PGRES_COMMAND_OK && !failure) failure = LastFailure(result.get());
    return failure;
}

std::optional<std::string> Server::Cast(const std::string& text, const std::string& type) {
    const char* const values[] = {text.c_str()};
    const Result result(PQexecParams(connection_, ("SELECT ($1::text)::" + type).c_str(), 1, nullptr, values,
                                     nullptr, nullptr, 0),
                        PQclear);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) return std::nullopt;
    return PQgetvalue(result.get(), 0, 0);
}

bool Server::Alive() {
    return !Run("SELECT 1");
}

std::string Server::Quote(const std::string& identifier) {
    const std::unique_ptr<char, decltype(&PQfreemem)> quoted(
        PQescapeIdentifier(connection_, identifier.data(), identifier.size()), PQfreemem);
    return quoted.get();
}

std::string Server::Literal(const std::string& text) {
    const std::unique_ptr<char, decltype(&PQfreemem)> quoted(
        PQescapeLiteral(connection_, text.data(), text.size()), PQfreemem);
    return quoted.get();
}

}  // namespace corpus
