// PostgreSQL's lists and arrays with the types of what they hold.
#pragma once

#include "pg/pg.hpp"

namespace pgsqlite::pg {

/// palloc'd room for `count` of T, one at least. What lies in it is not set.
template <class T, class Count>
T* PallocArray(Count count) {
    return static_cast<T*>(palloc(sizeof(T) * std::max<Size>(1, static_cast<Size>(count))));
}
/// The same, all zero.
template <class T, class Count>
T* Palloc0Array(Count count) {
    return static_cast<T*>(palloc0(sizeof(T) * std::max<Size>(1, static_cast<Size>(count))));
}

namespace internal {
template <class Read>
struct ListRange {
    struct Iterator {
        const ListCell* cell;
        auto operator*() const { return Read::At(cell); }
        Iterator& operator++() {
            ++cell;
            return *this;
        }
        bool operator!=(const Iterator& other) const { return cell != other.cell; }
    };
    const List* list;  ///< which must not grow or shrink meanwhile
    Iterator begin() const { return {list != NIL ? list->elements : nullptr}; }
    Iterator end() const { return {list != NIL ? list->elements + list->length : nullptr}; }
};
template <class T>
struct ReadPointer {
    static T* At(const ListCell* cell) { return static_cast<T*>(cell->ptr_value); }
};
struct ReadInt {
    static int At(const ListCell* cell) { return cell->int_value; }
};
struct ReadOid {
    static Oid At(const ListCell* cell) { return cell->oid_value; }
};
}  // namespace internal

/// for (RangeTblEntry* entry : Each<RangeTblEntry>(list)): PostgreSQL's foreach with a type.
template <class T>
internal::ListRange<internal::ReadPointer<T>> Each(const List* list) {
    return {list};
}
inline internal::ListRange<internal::ReadInt> EachInt(const List* list) {
    return {list};
}
inline internal::ListRange<internal::ReadOid> EachOid(const List* list) {
    return {list};
}

}  // namespace pgsqlite::pg
