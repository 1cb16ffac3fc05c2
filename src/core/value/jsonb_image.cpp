// Two steps: the text becomes a flat list of nodes in one pass, then each container is written with its keys
// sorted (by length, then bytes: jsonb_util.c, lengthCompareJsonbStringValue).
#include <algorithm>
#include <bit>
#include <cstring>

#include "core/value/decimal.hpp"
#include "core/value/image.hpp"
#include "core/value/json.hpp"
#include "core/value/json_string.hpp"
#include "core/value/number.hpp"

namespace pgsqlite::value {

enum class NodeType : std::uint8_t { kString, kNumber, kTrue, kFalse, kNull, kArray, kObject };

/// One value or key. The children of a container follow it, an object's as key, value, key, value …
struct JsonbImage::Node {
    const char* text;    ///< string: body; number: its text
    std::uint32_t size;  ///< bytes of text; container: elements or pairs
    std::uint32_t
        next;  ///< the node behind this one and all it holds; while parsing: the enclosing container
    NodeType type;
    bool escaped;
};

struct JsonbImage::Pair {
    const char* key;
    std::uint32_t length;  ///< decoded
    std::uint32_t key_node;
};

namespace {

constexpr std::uint32_t kNoNode = 0xffffffff;

bool IsSpace(char c) noexcept {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

const char* SkipSpace(const char* p, const char* end) noexcept {
    while (p < end && IsSpace(*p))
        ++p;
    return p;
}

/// The closing quote of a string whose body begins at p.
const char* StringEnd(const char* p, const char* end, bool* escaped) noexcept {
    *escaped = false;
    for (p = FindStringStop(p, end); p < end && *p != '"'; p = FindStringStop(p, end)) {
        *escaped = true;
        p += 2;  // the backslash and what it escapes; \u's digits are no stops
    }
    return p;
}

const Rule& UnconstrainedNumeric() noexcept {
    static const Rule rule = [] {
        Rule numeric;
        numeric.kind = Kind::kNumeric;
        return numeric;
    }();
    return rule;
}

const char* NumberEnd(const char* p, const char* end) noexcept {
    while (p < end &&
           ((*p >= '0' && *p <= '9') || *p == '-' || *p == '+' || *p == '.' || *p == 'e' || *p == 'E'))
        ++p;
    return p;
}

}  // namespace

const JsonbImage::Node& JsonbImage::node(std::uint32_t index) const noexcept {
    return node_data_[index];
}

bool JsonbImage::AddNode(const Node& node) noexcept {
    const std::size_t used = node_count_ * sizeof(Node);
    char* data = nodes_.Grow(used, used + sizeof(Node));
    if (data == nullptr) return false;
    node_data_ = reinterpret_cast<Node*>(data);
    node_data_[node_count_++] = node;
    return true;
}

bool JsonbImage::Parse(Bytes json) noexcept {
    const char* p = json.data();
    const char* const end = p + json.size();
    std::uint32_t open = kNoNode;  // the innermost open container
    std::uint32_t depth = 0;
    bool want_key = false;
    node_count_ = 0;
    for (p = SkipSpace(p, end); p < end; p = SkipSpace(p, end)) {
        Node added = {p, 0, open, NodeType::kNull, false};
        switch (*p) {
            case '{':
            case '[':
                added.type = *p == '{' ? NodeType::kObject : NodeType::kArray;
                if (++depth > kMaxDepth || !AddNode(added)) return false;
                open = node_count_ - 1;
                want_key = *p == '{';
                ++p;
                continue;
            case '}':
            case ']': {
                const std::uint32_t enclosing = node_data_[open].next;
                node_data_[open].next = node_count_;
                open = enclosing;
                want_key = false;  // still set where the object was empty
                --depth;
                ++p;
                break;
            }
            case ',':
                want_key = open != kNoNode && node_data_[open].type == NodeType::kObject;
                ++p;
                continue;
            case ':':
                want_key = false;
                ++p;
                continue;
            default: {
                if (*p == '"') {
                    added.type = NodeType::kString;
                    added.text = p + 1;
                    p = StringEnd(p + 1, end, &added.escaped);
                    added.size = static_cast<std::uint32_t>(p - added.text);
                    ++p;
                } else if (*p == 't') {
                    added.type = NodeType::kTrue;
                    p += 4;
                } else if (*p == 'f') {
                    added.type = NodeType::kFalse;
                    p += 5;
                } else if (*p == 'n') {
                    p += 4;
                } else {
                    added.type = NodeType::kNumber;
                    p = NumberEnd(p, end);
                    added.size = static_cast<std::uint32_t>(p - added.text);
                }
                if (!AddNode(added)) return false;
                node_data_[node_count_ - 1].next = node_count_;
                break;
            }
        }
        // A value is complete; a key counts with its value.
        if (open != kNoNode && !want_key) ++node_data_[open].size;
    }
    return node_count_ > 0;
}

bool JsonbImage::Room(std::size_t size) noexcept {
    image_data_ = image_.Grow(size_, size_ + size);
    return image_data_ != nullptr;
}

/// Containers and numerics stand at multiples of 4 from the value's start.
bool JsonbImage::Pad() noexcept {
    const std::size_t padding = (4 - size_ % 4) % 4;
    if (!Room(padding)) return false;
    std::memset(image_data_ + size_, 0, padding);
    size_ += padding;
    return true;
}

/// Every kOffsetStride'th entry holds the end's offset instead of the length.
void JsonbImage::PutEntry(std::size_t at, std::uint32_t index, std::uint32_t entry,
                          std::uint32_t total) noexcept {
    if (index % jsonb::kOffsetStride == 0) entry = (entry & ~jsonb::kLengthMask) | total | jsonb::kHasOffset;
    std::memcpy(image_data_ + at + index * sizeof(entry), &entry, sizeof(entry));
}

bool JsonbImage::EmitString(const Node& node, std::uint32_t* entry) noexcept {
    if (!Room(node.size)) return false;
    char* const start = image_data_ + size_;
    char* stop = start;
    if (node.escaped) {
        stop = UnescapeJson(Bytes(node.text, node.size), start);
    } else {
        std::memcpy(start, node.text, node.size);
        stop += node.size;
    }
    const auto length = static_cast<std::uint32_t>(stop - start);
    size_ += length;
    *entry = jsonb::kString | length;
    return true;
}

bool JsonbImage::EmitNumber(const Node& node, std::uint32_t* entry) noexcept {
    NumberText number;
    if (!ScanNumber(Bytes(node.text, node.size), number)) return false;
    const DecimalDigits digits = {number.negative, number.first, number.digit_count, number.exponent,
                                  number.display_scale};
    Decimal decimal;
    if (!BuildDecimal(digits, UnconstrainedNumeric(), digits_, decimal).ok()) return false;
    const std::size_t before = size_;
    const std::size_t size = NumericImageSize(decimal);
    if (!Pad() || !Room(size)) return false;
    WriteNumericImage(decimal, image_data_ + size_);
    size_ += size;
    *entry = jsonb::kNumeric | static_cast<std::uint32_t>(size_ - before);
    return true;
}

/// Appends the object's pairs to the pair stack, from index `first`, in jsonb's order.
bool JsonbImage::SortPairs(std::uint32_t object, std::size_t first) noexcept {
    const std::uint32_t count = node(object).size;
    char* data = pairs_.Grow(pair_count_ * sizeof(Pair), (pair_count_ + count) * sizeof(Pair));
    if (data == nullptr) return false;
    pair_data_ = reinterpret_cast<Pair*>(data);
    std::uint32_t at = object + 1;
    for (std::uint32_t i = 0; i < count; ++i) {
        const Node& key = node(at);
        const std::size_t length = key.escaped ? DecodedSize(Bytes(key.text, key.size)) : key.size;
        pair_data_[pair_count_++] = {key.text, static_cast<std::uint32_t>(length), at};
        at = node(at + 1).next;
    }
    const auto less = [this](const Pair& a, const Pair& b) noexcept {
        if (a.length != b.length) return a.length < b.length;
        const Node& x = node(a.key_node);
        const Node& y = node(b.key_node);
        if (!x.escaped && !y.escaped) return std::memcmp(a.key, b.key, a.length) < 0;
        return CompareStrings(Bytes(x.text, x.size), x.escaped, Bytes(y.text, y.size), y.escaped) < 0;
    };
    Pair* const begin = pair_data_ + first;
    Pair* const end = pair_data_ + pair_count_;
    constexpr std::uint32_t kFew = 12;
    if (count > kFew) {
        std::sort(begin, end, less);
        return true;
    }
    for (Pair* sorted = begin + 1; sorted < end; ++sorted)
        for (Pair* p = sorted; p > begin && less(p[0], p[-1]); --p)
            std::swap(p[0], p[-1]);
    return true;
}

bool JsonbImage::EmitObject(std::uint32_t object) noexcept {
    if (!Pad()) return false;
    const std::uint32_t count = node(object).size;
    const std::size_t entries = size_ + 4;
    if (!Room(4 + std::size_t{8} * count)) return false;
    const std::uint32_t header = jsonb::kObject | count;
    std::memcpy(image_data_ + size_, &header, 4);
    size_ = entries + std::size_t{8} * count;

    const std::size_t first = pair_count_;
    if (!SortPairs(object, first)) return false;
    std::uint32_t total = 0, entry = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        if (!EmitString(node(pair_data_[first + i].key_node), &entry)) return false;
        total += entry & jsonb::kLengthMask;
        PutEntry(entries, i, entry, total);
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        if (!Emit(pair_data_[first + i].key_node + 1, &entry)) return false;
        total += entry & jsonb::kLengthMask;
        if (total > jsonb::kLengthMask) return false;
        PutEntry(entries, count + i, entry, total);
    }
    pair_count_ = first;
    return true;
}

/// @param flags kArray, with kScalar for the pseudo array around a top-level scalar
bool JsonbImage::EmitArray(std::uint32_t array, std::uint32_t flags) noexcept {
    if (!Pad()) return false;
    const bool scalar = (flags & jsonb::kScalar) != 0;
    const std::uint32_t count = scalar ? 1 : node(array).size;
    const std::size_t entries = size_ + 4;
    if (!Room(4 + std::size_t{4} * count)) return false;
    const std::uint32_t header = flags | count;
    std::memcpy(image_data_ + size_, &header, 4);
    size_ = entries + std::size_t{4} * count;
    std::uint32_t total = 0, entry = 0;
    std::uint32_t at = scalar ? array : array + 1;
    for (std::uint32_t i = 0; i < count; ++i, at = node(at).next) {
        if (!Emit(at, &entry)) return false;
        total += entry & jsonb::kLengthMask;
        if (total > jsonb::kLengthMask) return false;
        PutEntry(entries, i, entry, total);
    }
    return true;
}

bool JsonbImage::Emit(std::uint32_t index, std::uint32_t* entry) noexcept {
    const Node& value = node(index);
    const std::size_t before = size_;
    switch (value.type) {
        case NodeType::kString:
            return EmitString(value, entry);
        case NodeType::kNumber:
            return EmitNumber(value, entry);
        case NodeType::kTrue:
            *entry = jsonb::kTrue;
            return true;
        case NodeType::kFalse:
            *entry = jsonb::kFalse;
            return true;
        case NodeType::kNull:
            *entry = jsonb::kNull;
            return true;
        case NodeType::kArray:
            if (!EmitArray(index, jsonb::kArray)) return false;
            break;
        case NodeType::kObject:
            if (!EmitObject(index)) return false;
            break;
    }
    if (size_ - before > jsonb::kLengthMask) return false;
    *entry = jsonb::kContainer | static_cast<std::uint32_t>(size_ - before);
    return true;
}

Bytes JsonbImage::Build(Bytes json) noexcept {
    if (!Parse(json)) return {};
    constexpr std::size_t kLengthWord = 4;
    size_ = kLengthWord;
    pair_count_ = 0;
    if (!Room(0)) return {};
    const NodeType type = node(0).type;
    const bool written = type == NodeType::kObject  ? EmitObject(0)
                         : type == NodeType::kArray ? EmitArray(0, jsonb::kArray)
                                                    : EmitArray(0, jsonb::kArray | jsonb::kScalar);
    if (!written) return {};
    const auto length = static_cast<std::uint32_t>(size_);
    const std::uint32_t word = std::endian::native == std::endian::little ? length << 2 : length & 0x3fffffff;
    std::memcpy(image_data_, &word, kLengthWord);
    return Bytes(image_data_, size_);
}

}  // namespace pgsqlite::value
