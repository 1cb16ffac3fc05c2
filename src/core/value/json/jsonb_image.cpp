// Two steps: the text becomes a flat list of nodes in one pass, then each container is written with its keys
// sorted (by length, then bytes: jsonb_util.c, lengthCompareJsonbStringValue).
#include <algorithm>
#include <bit>
#include <cstring>

#include "core/base/cancel.hpp"
#include "core/value/image.hpp"
#include "core/value/json/json.hpp"
#include "core/value/json/json_string.hpp"
#include "core/value/number/decimal.hpp"
#include "core/value/number/number.hpp"
#include "core/value/text/ascii.hpp"
#include "core/value/text/utf8.hpp"

namespace pgsqlite::value {

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

/// Of whatever document is at hand.
CancelTicks ticks;

bool IsSpace(char c) noexcept {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/// A whole number below 10000^4 as a decimal; `groups` holds its digits.
void SmallDecimal(std::int64_t number, std::int16_t (&groups)[4], Decimal& out) noexcept {
    constexpr int kBase = 10000;
    int at = 4;
    int weight = -1;
    for (; number > 0; number /= kBase, ++weight)
        groups[--at] = static_cast<std::int16_t>(number % kBase);
    int end = 4;
    while (end > at && groups[end - 1] == 0)
        --end;
    out.weight = static_cast<std::int16_t>(weight < 0 ? 0 : weight);
    out.digit_count = static_cast<std::uint16_t>(end - at);
    out.digits = groups + at;
}

const char* SkipSpace(const char* p, const char* end) noexcept {
    while (p < end && IsSpace(*p))
        ++p;
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

/// Behind the digits at p, which must be one at least; null otherwise.
const char* SkipDigits(const char* p, const char* end) noexcept {
    const char* const start = p;
    while (p < end && IsDigit(*p))
        ++p;
    return p > start ? p : nullptr;
}

/// Behind the number at p, or null where JSON's grammar has none.
const char* NumberEnd(const char* p, const char* end) noexcept {
    if (*p == '-') ++p;
    if (p < end && *p == '0') {
        ++p;
    } else {
        p = SkipDigits(p, end);
    }
    if (p != nullptr && p < end && *p == '.') p = SkipDigits(p + 1, end);
    if (p != nullptr && p < end && (*p == 'e' || *p == 'E')) {
        ++p;
        if (p < end && (*p == '+' || *p == '-')) ++p;
        p = SkipDigits(p, end);
    }
    return p;
}

/// Behind the word at p, or null.
const char* WordEnd(const char* p, const char* end, Bytes word) noexcept {
    return Bytes(p, static_cast<std::size_t>(end - p)).starts_with(word) ? p + word.size() : nullptr;
}

/// A plain integer of up to 15 digits, as most numbers in documents are; false for any other.
bool ReadSmallInteger(Bytes text, std::int64_t* magnitude) noexcept {
    constexpr std::size_t kMost = 15;
    if (text.size() > kMost) return false;
    std::int64_t number = 0;
    for (const char c : text) {
        if (!IsDigit(c)) return false;
        number = number * 10 + (c - '0');
    }
    *magnitude = number;
    return true;
}

}  // namespace

const JsonbImage::Node& JsonbImage::node(std::uint32_t index) const noexcept {
    return node_data_[index];
}

/// A new node at the end of the list; null without memory.
JsonbImage::Node* JsonbImage::AddNode(NodeType type, const char* text) noexcept {
    if (node_count_ == node_capacity_) {
        const std::uint32_t wanted = node_capacity_ == 0 ? 64 : node_capacity_ * 2;
        char* data = nodes_.Grow(node_count_ * sizeof(Node), wanted * sizeof(Node));
        if (data == nullptr) return nullptr;
        node_data_ = reinterpret_cast<Node*>(data);
        node_capacity_ = wanted;
    }
    Node* node = &node_data_[node_count_++];
    *node = {text, 0, node_count_, type, false};
    return node;
}

/// The string whose opening quote is at p; returns behind its closing quote, or null where it is refused.
const char* JsonbImage::ParseString(const char* p, const char* end) noexcept {
    const char* const body = ++p;
    bool escaped = false;
    for (p = FindStringStop(p, end); p < end && *p != '"'; p = FindStringStop(p, end)) {
        escaped = true;
        if (*p != '\\' || SkipEscape(p, end, JsonUse::kJsonb, true) != Code::kOk) return nullptr;
    }
    if (p == end || static_cast<std::size_t>(p - body) > kMaxJsonbString) return nullptr;
    Node* string = AddNode(NodeType::kString, body);
    if (string == nullptr) return nullptr;
    string->size = static_cast<std::uint32_t>(p - body);
    string->escaped = escaped;
    return p + 1;
}

/// A string, number or literal; returns behind it, or null.
const char* JsonbImage::ParseScalar(const char* p, const char* end) noexcept {
    if (*p == '"') return ParseString(p, end);
    const char* const start = p;
    NodeType type = NodeType::kNumber;
    switch (*p) {
        case 't':
            type = NodeType::kTrue;
            p = WordEnd(p, end, "true");
            break;
        case 'f':
            type = NodeType::kFalse;
            p = WordEnd(p, end, "false");
            break;
        case 'n':
            type = NodeType::kNull;
            p = WordEnd(p, end, "null");
            break;
        default:
            p = NumberEnd(p, end);
            break;
    }
    if (p == nullptr) return nullptr;
    Node* scalar = AddNode(type, start);
    if (scalar == nullptr) return nullptr;
    scalar->size = static_cast<std::uint32_t>(p - start);
    return p;
}

/// The whole grammar in one pass; false for anything but one JSON value.
bool JsonbImage::Parse(Bytes json) noexcept {
    const char* const end = json.data() + json.size();
    const char* p = json.data();
    std::uint32_t open = kNoNode;  // the innermost open container; its `next` holds the enclosing one
    std::uint32_t depth = 0;
    bool key = false;  // a key comes next
    node_count_ = 0;
    while (true) {
        p = SkipSpace(p, end);
        if (p == end || ticks.Cancelled()) return false;
        if (key) {
            if (*p != '"' || (p = ParseString(p, end)) == nullptr) return false;
            p = SkipSpace(p, end);
            if (p == end || *p != ':') return false;
            p = SkipSpace(p + 1, end);
            if (p == end) return false;
            key = false;
        }
        if (*p == '{' || *p == '[') {
            const bool object = *p == '{';
            Node* container = AddNode(object ? NodeType::kObject : NodeType::kArray, p);
            if (container == nullptr || ++depth > kMaxDepth) return false;
            container->next = open;
            open = node_count_ - 1;
            p = SkipSpace(p + 1, end);
            const bool empty = p < end && *p == (object ? '}' : ']');
            key = object;
            if (!empty) continue;
        } else {
            p = ParseScalar(p, end);
            if (p == nullptr) return false;
            if (open != kNoNode) ++node_data_[open].size;
        }
        // A value is complete: close what ends here.
        while (true) {
            p = SkipSpace(p, end);
            if (open == kNoNode) return p == end;
            if (p == end) return false;
            Node& container = node_data_[open];
            const bool object = container.type == NodeType::kObject;
            if (*p == ',') {
                ++p;
                key = object;
                break;
            }
            if (*p != (object ? '}' : ']')) return false;
            ++p;
            --depth;
            open = container.next;
            container.next = node_count_;
            if (open != kNoNode) ++node_data_[open].size;
        }
    }
}

bool JsonbImage::Room(std::size_t size) noexcept {
    image_data_ = image_.Grow(size_, size_ + size);
    return image_data_ != nullptr;
}

/// Containers and numerics stand at multiples of 4 from the value's start.
bool JsonbImage::Pad() noexcept {
    const std::size_t padding = (4 - size_ % 4) % 4;
    if (padding == 0) return true;
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
        // Most strings are short: a loop beats a call.
        constexpr std::uint32_t kShort = 16;
        if (node.size <= kShort)
            for (std::uint32_t i = 0; i < node.size; ++i)
                start[i] = node.text[i];
        else
            std::memcpy(start, node.text, node.size);
        stop += node.size;
    }
    const auto length = static_cast<std::uint32_t>(stop - start);
    size_ += length;
    *entry = jsonb::kString | length;
    return true;
}

bool JsonbImage::EmitNumber(const Node& node, std::uint32_t* entry) noexcept {
    std::int64_t magnitude = 0;
    std::int16_t groups[4];
    Decimal decimal;
    if (ReadSmallInteger(Bytes(node.text, node.size), &magnitude)) {
        SmallDecimal(magnitude, groups, decimal);
        return EmitDecimal(decimal, entry);
    }
    NumberText number;
    if (!ScanNumber(Bytes(node.text, node.size), number)) return false;
    const DecimalDigits digits = {number.negative, number.first, number.digit_count, number.exponent,
                                  number.display_scale};
    if (!BuildDecimal(digits, UnconstrainedNumeric(), digits_, decimal).ok()) return false;
    return EmitDecimal(decimal, entry);
}

bool JsonbImage::EmitDecimal(const Decimal& decimal, std::uint32_t* entry) noexcept {
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
    const auto less = [this](const Pair& a, const Pair& b) {
        if (ticks.Cancelled()) throw SortCancelled();
        if (a.length != b.length) return a.length < b.length;
        const Node& x = node(a.key_node);
        const Node& y = node(b.key_node);
        if (!x.escaped && !y.escaped) return std::memcmp(a.key, b.key, a.length) < 0;
        return CompareStrings(Bytes(x.text, x.size), x.escaped, Bytes(y.text, y.size), y.escaped) < 0;
    };
    Pair* const begin = pair_data_ + first;
    Pair* const end = pair_data_ + pair_count_;
    constexpr std::uint32_t kFew = 12;
    try {
        if (count > kFew) {
            std::sort(begin, end, less);
        } else {
            for (Pair* sorted = begin + 1; sorted < end; ++sorted)
                for (Pair* p = sorted; p > begin && less(p[0], p[-1]); --p)
                    std::swap(p[0], p[-1]);
        }
        // jsonb would drop one of two equal keys: such a document is the validation's to refuse.
        for (Pair* p = begin + 1; p < end; ++p)
            if (!less(p[-1], p[0])) return false;
    } catch (const SortCancelled&) {
        return false;
    }
    return true;
}

bool JsonbImage::EmitObject(std::uint32_t object) noexcept {
    if (!Pad()) return false;
    const std::uint32_t count = node(object).size;
    if (count > kMaxJsonbPairs) return false;
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
    if (count > kMaxJsonbElements) return false;
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
    if (ticks.Cancelled()) return false;
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
    if (FindTextFault(json) != json.size() || !Parse(json)) return {};
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
