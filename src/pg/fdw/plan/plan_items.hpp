// Structs as lists of nodes, and back: what a plan hands to its scan must be copyable. A struct names its
// members once, in a template `Items(self, all)`, which the writer and the reader below both pass through.
#pragma once

#include "pg/pg.hpp"

extern "C" {
#include "nodes/makefuncs.h"
#include "nodes/value.h"
}

namespace pgsqlite::pg::fdw {

/// Which struct a list was made of; its first item.
enum class PlanKind : int {
    kScan,   ///< PlanPrivate: a table, or a join of several
    kUpper,  ///< UpperPrivate: groups and aggregates
};

class ItemWriter {
  public:
    explicit ItemWriter(PlanKind kind) : list_(list_make1(makeInteger(static_cast<int>(kind)))) {}
    template <class... Items>
    void operator()(const Items&... items) {
        (Write(items), ...);
    }
    List* list() const { return list_; }

  private:
    void Write(const char* text) { Add(makeString(const_cast<char*>(text))); }
    void Write(List* nodes) { Add(nodes); }
    void Write(int number) { Add(makeInteger(number)); }
    void Write(bool truth) { Add(makeInteger(truth)); }
    void Write(Oid oid) { Add(list_make1_oid(oid)); }
    template <class Enum>
    requires std::is_enum_v<Enum>
    void Write(Enum word) { Add(makeInteger(static_cast<int>(word))); }
    void Add(void* item) { list_ = lappend(list_, item); }
    List* list_;
};

class ItemReader {
  public:
    /// Of a list that a writer made.
    explicit ItemReader(List* list) : list_(list) {}
    template <class... Items>
    void operator()(Items&... items) {
        (Read(items), ...);
    }

  private:
    void Read(const char*& text) { text = strVal(Next()); }
    void Read(List*& nodes) { nodes = static_cast<List*>(Next()); }
    void Read(int& number) { number = intVal(Next()); }
    void Read(bool& truth) { truth = intVal(Next()) != 0; }
    void Read(Oid& oid) { oid = linitial_oid(static_cast<List*>(Next())); }
    template <class Enum>
    requires std::is_enum_v<Enum>
    void Read(Enum& word) { word = static_cast<Enum>(intVal(Next())); }
    void* Next() { return list_nth(list_, at_++); }
    List* list_;
    int at_ = 1;  // behind the kind
};

/// A struct as a list; its kKind says which.
template <class Struct>
List* PackItems(const Struct& plan) {
    ItemWriter writer(Struct::kKind);
    Struct::Items(plan, writer);
    return writer.list();
}

/// Of a list that PackItems made of the same struct.
template <class Struct>
Struct UnpackItems(List* items) {
    Struct plan;
    ItemReader reader(items);
    Struct::Items(plan, reader);
    return plan;
}

inline PlanKind KindOf(const List* items) {
    return static_cast<PlanKind>(intVal(linitial(items)));
}

}  // namespace pgsqlite::pg::fdw
