// A connection to the PostgreSQL server under test.
#pragma once

#include <libpq-fe.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace corpus {

/// What the server said when a statement failed. sqlstate is empty when the connection is gone.
struct Failure {
    std::string sqlstate, message, detail;
    std::string Text() const {
        return "[" + sqlstate + "] " + message + (detail.empty() ? "" : " | " + detail);
    }
};

using PgRow = std::vector<std::optional<std::string>>;

class Server {
  public:
    /// Connects as the PG* variables of the environment say; throws std::runtime_error.
    explicit Server(const std::string& database);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Runs statements; nullopt when they succeeded.
    std::optional<Failure> Run(const std::string& sql);
    /// As Run, for statements that can't fail here: throws std::runtime_error.
    void Must(const std::string& sql);
    /// All rows of a catalog query; throws std::runtime_error.
    std::vector<PgRow> Rows(const std::string& sql);

    /// Streams the rows of a query, as text, through COPY.
    std::optional<Failure> Stream(const std::string& query, const std::function<void(const PgRow&)>& row);

    /// What the input and output functions of a type make of a text; nullopt when they refuse it.
    std::optional<std::string> Cast(const std::string& text, const std::string& type);

    bool Alive();
    std::string Quote(const std::string& identifier);
    std::string Literal(const std::string& text);
    /// Warnings since the last call.
    std::vector<std::string> TakeWarnings() { return std::exchange(warnings_, {}); }

  private:
    Failure LastFailure(const PGresult* result) const;
    static void OnNotice(void* self, const PGresult* result);

    PGconn* connection_;
    std::vector<std::string> warnings_;
};

}  // namespace corpus
