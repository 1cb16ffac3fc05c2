// The arguments of CREATE VIRTUAL TABLE … USING fts5(…), as far as they say what a full-text index is of.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pgsqlite::assess {

struct VirtualArguments {
    std::string content;                 ///< table whose rows are indexed; empty: the virtual table's own
    bool contentless = false;            ///< content='': no text is kept
    bool stems = false;                  ///< a tokenizer "porter": English words by their stem
    std::vector<std::string> unindexed;  ///< columns that are kept only
    std::size_t auxiliary = 0;           ///< of an R-tree: columns behind the dimensions
};

/// Reads the text between the parentheses of a CREATE VIRTUAL TABLE statement. What is not understood is
/// passed over.
VirtualArguments ReadVirtualArguments(std::string_view create_text);

}  // namespace pgsqlite::assess
