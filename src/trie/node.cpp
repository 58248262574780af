#include "trie/node.hpp"

#include "scale/codec.hpp"

namespace phala::trie {

std::string_view describe(TrieError error)
{
    switch (error) {
    case TrieError::BadNode: return "trie node is malformed";
    case TrieError::MissingNode: return "trie node is missing from the store or the proof";
    case TrieError::OddKey: return "trie holds a key that is not a whole number of bytes";
    case TrieError::TooDeep: return "trie has too many nested branches";
    }
    return "unknown trie error";
}

namespace {

struct Header {
    std::uint8_t tag;
    unsigned length_bits;
    bool branch;
    NodeValue::Kind value;
};

// In the order in which a first byte is matched: longer tags do not overlap shorter ones.
constexpr Header kHeaders[] = {
    {0x40, 6, false, NodeValue::Kind::Inline}, {0x80, 6, true, NodeValue::Kind::None},
    {0xc0, 6, true, NodeValue::Kind::Inline},  {0x20, 5, false, NodeValue::Kind::Hashed},
    {0x10, 4, true, NodeValue::Kind::Hashed},
};

constexpr std::uint8_t length_mask(const Header& header)
{
    return static_cast<std::uint8_t>((1u << header.length_bits) - 1);
}

const Header* find_header(std::uint8_t first)
{
    for (const auto& header : kHeaders)
        if ((first & ~length_mask(header)) == header.tag)
            return &header;
    return nullptr;
}

const Header& header_of(const NodeView& node)
{
    for (const auto& header : kHeaders)
        if (header.branch == node.is_branch && header.value == node.value.kind)
            return header;
    return kHeaders[0]; // a leaf without value is only ever the empty node, which has no such header
}

std::unexpected<Error> bad(const char* what)
{
    return fail(TrieError::BadNode, what);
}

/// Half bytes of the partial key as the rest of the header tells.
bool read_length(ByteView& rest, const Header& header, std::size_t& length)
{
    length = rest[0] & length_mask(header);
    rest = rest.subspan(1);
    if (length < length_mask(header))
        return true;
    for (;;) {
        if (rest.empty())
            return false;
        const std::uint8_t more = rest[0];
        rest = rest.subspan(1);
        length += more;
        if (more < 255)
            return true;
    }
}

bool read_bytes(ByteView& rest, ByteView& out, std::size_t count)
{
    if (rest.size() < count)
        return false;
    out = rest.first(count);
    rest = rest.subspan(count);
    return true;
}

bool read_prefixed(ByteView& rest, ByteView& out)
{
    scale::Reader in{rest};
    std::uint64_t length = 0;
    if (!scale::decode_compact(in, length) || length > in.remaining())
        return false;
    rest = in.rest();
    return read_bytes(rest, out, static_cast<std::size_t>(length));
}

/// Empty child references are an error unless `omitted` is there to take them.
Outcome<NodeView> decode(ByteView bytes, ChildSet* omitted)
{
    if (bytes.empty())
        return bad("no bytes");
    NodeView node;
    if (bytes[0] == 0) {
        if (bytes.size() != 1)
            return bad("bytes behind the empty node");
        return node;
    }
    const Header* header = find_header(bytes[0]);
    if (header == nullptr)
        return bad("unknown header");
    ByteView rest = bytes;
    std::size_t length = 0;
    ByteView partial;
    if (!read_length(rest, *header, length) || !read_bytes(rest, partial, length / 2 + length % 2))
        return bad("partial key is cut off");
    if (length % 2 == 1 && partial[0] > 0x0f)
        return bad("padding of the partial key is not zero");
    node.partial = Nibbles{partial, length % 2};

    node.is_branch = header->branch;
    unsigned bitmap = 0;
    if (node.is_branch) {
        ByteView raw;
        if (!read_bytes(rest, raw, 2))
            return bad("child bitmap is cut off");
        bitmap = from_le<std::uint16_t>(raw.first<2>());
        if (bitmap == 0)
            return bad("branch without children");
    }
    node.value.kind = header->value;
    if (header->value == NodeValue::Kind::Inline && !read_prefixed(rest, node.value.bytes))
        return bad("value is cut off");
    if (header->value == NodeValue::Kind::Hashed && !read_bytes(rest, node.value.bytes, 32))
        return bad("value hash is cut off");
    for (std::size_t i = 0; i < kChildren; ++i) {
        if ((bitmap >> i & 1) == 0)
            continue;
        ByteView& child = node.children[i];
        // One byte tells a child's length: none is longer than a hash.
        ByteView length_byte;
        if (!read_bytes(rest, length_byte, 1) || length_byte[0] % 4 != 0
            || !read_bytes(rest, child, length_byte[0] / 4))
            return bad("child is cut off, or longer than a hash");
        if (child.empty() && omitted != nullptr)
            *omitted = static_cast<ChildSet>(*omitted | 1u << i);
        else if (child.empty() || child.size() > 32)
            return bad("child reference is neither a hash nor a short node");
    }
    if (!rest.empty())
        return bad("trailing bytes");
    return node;
}

} // namespace

Outcome<NodeView> decode_node(ByteView bytes)
{
    return decode(bytes, nullptr);
}

Outcome<NodeView> decode_node_with_omissions(ByteView bytes, ChildSet& omitted)
{
    omitted = 0;
    return decode(bytes, &omitted);
}

namespace {

/// Bytes of the header's tag and of `length` half bytes as it tells them.
std::size_t header_size(const Header& header, std::size_t length)
{
    const std::size_t inline_max = length_mask(header);
    return length < inline_max ? 1 : 2 + (length - inline_max) / 255;
}

std::uint8_t* put_header(std::uint8_t* at, const Header& header, std::size_t length)
{
    const std::size_t inline_max = length_mask(header);
    if (length < inline_max) {
        *at++ = static_cast<std::uint8_t>(header.tag | length);
        return at;
    }
    *at++ = static_cast<std::uint8_t>(header.tag | inline_max);
    length -= inline_max;
    for (; length >= 255; length -= 255)
        *at++ = 255;
    *at++ = static_cast<std::uint8_t>(length);
    return at;
}

std::uint8_t* put_partial(std::uint8_t* at, Nibbles partial)
{
    if (partial.size() % 2 == 1) {
        *at++ = partial[0];
        partial = partial.drop(1);
    }
    if (partial.is_whole_bytes())
        return scale::put_bytes(at, partial.whole_bytes().data(), partial.whole_bytes().size());
    for (std::size_t i = 0; i < partial.size(); i += 2)
        *at++ = static_cast<std::uint8_t>(partial[i] << 4 | partial[i + 1]);
    return at;
}

/// Children that follow in the encoding: those that are there, and those that are left out.
ChildSet children_of(const NodeView& node, ChildSet omitted)
{
    unsigned out = omitted;
    for (std::size_t i = 0; i < kChildren; ++i)
        out |= node.children[i].empty() ? 0u : 1u << i;
    return static_cast<ChildSet>(out);
}

} // namespace

void encode_node(Bytes& out, const NodeView& node)
{
    encode_node_with_omissions(out, node, 0);
}

void encode_node_with_omissions(Bytes& out, const NodeView& node, ChildSet omitted)
{
    if (node.is_empty()) {
        out.assign(1, 0);
        return;
    }
    const Header& header = header_of(node);
    const bool is_inline = node.value.kind == NodeValue::Kind::Inline;
    const ChildSet children = node.is_branch ? children_of(node, omitted) : ChildSet{0};
    const std::size_t value_size = node.value.bytes.size();
    std::size_t size = header_size(header, node.partial.size()) + (node.partial.size() + 1) / 2
                       + (node.is_branch ? sizeof children : 0) + (is_inline ? scale::compact_size(value_size) : 0)
                       + value_size;
    for (std::size_t i = 0; i < kChildren; ++i)
        if ((children >> i & 1) != 0)
            size += 1 + ((omitted >> i & 1) != 0 ? 0 : node.children[i].size());
    out.resize(size);
    std::uint8_t* at = put_partial(put_header(out.data(), header, node.partial.size()), node.partial);
    if (node.is_branch)
        at = scale::put(at, children);
    if (is_inline)
        at = scale::put_compact(at, value_size);
    at = scale::put_bytes(at, node.value.bytes.data(), value_size);
    for (std::size_t i = 0; i < kChildren; ++i) {
        if ((children >> i & 1) == 0)
            continue;
        const ByteView child = (omitted >> i & 1) != 0 ? ByteView{} : node.children[i];
        *at++ = static_cast<std::uint8_t>(child.size() << 2);
        at = scale::put_bytes(at, child.data(), child.size());
    }
}

} // namespace phala::trie
