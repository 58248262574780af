#pragma once
// SCALE from declarations (spec substrate-host §1.1): any aggregate, enum, standard container or type of
// scale/types.hpp encodes and decodes without being told how. A type with rules of its own (Era, addresses)
// specialises Codec<T>.
#include "base/bytes.hpp"
#include "base/reflect.hpp"
#include "base/utf8.hpp"
#include "scale/reader.hpp"
#include "scale/types.hpp"

#include <bit>
#include <cassert>
#include <expected>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

namespace phala::scale {

/// Appends to a byte vector that it does not own.
class Writer {
public:
    explicit Writer(Bytes& out) : out_{out} {}

    void byte(std::uint8_t value) { out_.push_back(value); }
    void write(ByteView bytes) { append(out_, bytes); }
    /// That many more bytes, to be filled at once.
    [[nodiscard]] std::uint8_t* extend(std::size_t count)
    {
        const std::size_t start = out_.size();
        out_.resize(start + count);
        return out_.data() + start;
    }

private:
    Bytes& out_;
};

/// How T is encoded. Members of each specialisation:
///   static std::size_t size(const T&);               bytes that this value's encoding takes
///   static std::uint8_t* put(std::uint8_t*, const T&);  writes just that many bytes; gives the place behind them
///   static bool decode(Reader&, T&);                 false after Reader::refuse
///   static constexpr std::size_t min_size;           fewest bytes an encoding can have: bounds what a length may claim
template <class T>
struct Codec;

template <class T>
constexpr std::size_t encoded_size(const T& value)
{
    return Codec<T>::size(value);
}

/// Encodes into room that has at least encoded_size(value) bytes.
template <class T>
[[nodiscard]] std::uint8_t* put(std::uint8_t* at, const T& value)
{
    return Codec<T>::put(at, value);
}

[[nodiscard]] inline std::uint8_t* put_bytes(std::uint8_t* at, const void* bytes, std::size_t count)
{
    if (count != 0)
        std::memcpy(at, bytes, count);
    return at + count;
}

template <class T>
void encode_to(Writer& out, const T& value)
{
    std::uint8_t* at = out.extend(encoded_size(value));
    static_cast<void>(put(at, value));
}

template <class T>
bool decode_from(Reader& in, T& value)
{
    return Codec<T>::decode(in, value);
}

namespace detail {
std::uint8_t* put_big_compact(std::uint8_t* at, std::uint64_t value);
std::uint8_t* put_big_compact(std::uint8_t* at, u128 value);
bool decode_long_compact(Reader& in, std::uint8_t first, std::uint64_t& value);
bool decode_long_compact(Reader& in, std::uint8_t first, u128& value);
} // namespace detail

template <class UInt>
constexpr std::size_t compact_size(UInt value)
{
    if (value < (1U << 30))
        return value < (1U << 6) ? 1 : value < (1U << 14) ? 2 : 4;
    std::size_t bits = static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(value)));
    if constexpr (sizeof value > 8)
        if (value >> 64 != 0)
            bits = 64 + static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(value >> 64)));
    return 1 + (bits + 7) / 8;
}

template <class UInt>
[[nodiscard]] std::uint8_t* put_compact(std::uint8_t* at, UInt value)
{
    if (value < (1U << 6)) {
        *at = static_cast<std::uint8_t>(value << 2);
        return at + 1;
    }
    if (value < (1U << 30)) {
        const bool is_short = value < (1U << 14);
        const auto word = static_cast<std::uint32_t>(value << 2 | (is_short ? 1 : 2));
        return is_short ? put_bytes(at, &word, 2) : put_bytes(at, &word, 4);
    }
    if constexpr (sizeof value > 8)
        return detail::put_big_compact(at, u128{value});
    else
        return detail::put_big_compact(at, std::uint64_t{value});
}

template <class UInt>
void encode_compact(Writer& out, UInt value)
{
    static_cast<void>(put_compact(out.extend(compact_size(value)), value));
}

/// Into std::uint64_t or u128; a number that does not fit is refused.
template <class UInt>
bool decode_compact(Reader& in, UInt& value)
{
    std::uint8_t first = 0;
    if (!in.read(&first, 1))
        return false;
    value = first >> 2;
    return (first & 3) == 0 || detail::decode_long_compact(in, first, value);
}

namespace detail {

/// One level of nesting, left on every way out.
class Nesting {
public:
    explicit Nesting(Reader& in) : in_{in}, entered_{in.enter()} {}
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    ~Nesting() { in_.leave(); }
    explicit operator bool() const { return entered_; }

private:
    Reader& in_;
    bool entered_;
};

/// Reads a length and checks it against what the rest of the input can hold.
template <class Element>
bool decode_length(Reader& in, std::size_t& length, std::size_t max = std::numeric_limits<std::uint32_t>::max())
{
    std::uint64_t count = 0;
    if (!decode_compact(in, count))
        return false;
    constexpr std::size_t each = Codec<Element>::min_size;
    const std::size_t fits = each == 0 ? kMaxEmptyElements : in.remaining() / (each == 0 ? 1 : each);
    if (count > fits)
        return in.refuse(ScaleError::LengthTooLarge);
    if (count > max)
        return in.refuse(ScaleError::BoundExceeded);
    length = static_cast<std::size_t>(count);
    return true;
}

template <class T>
inline constexpr bool is_plain_integer = std::is_integral_v<T> && !std::is_same_v<T, bool>;

template <class T>
bool decode_items(Reader& in, std::vector<T>& items, std::size_t max)
{
    std::size_t count = 0;
    if (!decode_length<T>(in, count, max))
        return false;
    items.clear();
    if constexpr (is_plain_integer<T>) {
        items.resize(count);
        return in.read(items.data(), count * sizeof(T));
    } else {
        const Nesting nesting{in};
        if (!nesting)
            return false;
        items.reserve(count);
        for (std::size_t i = 0; i < count; ++i)
            if (!decode_from(in, items.emplace_back()))
                return false;
        return true;
    }
}

template <class T>
std::uint8_t* put_items(std::uint8_t* at, std::span<const T> items)
{
    at = put_compact(at, items.size());
    if constexpr (is_plain_integer<T>)
        return put_bytes(at, items.data(), items.size_bytes());
    for (const auto& item : items)
        at = put(at, item);
    return at;
}

template <class T>
constexpr std::size_t size_of_items(std::span<const T> items)
{
    std::size_t size = compact_size(items.size());
    if constexpr (is_plain_integer<T>)
        return size + items.size_bytes();
    for (const auto& item : items)
        size += encoded_size(item);
    return size;
}

} // namespace detail

template <class T>
    requires(detail::is_plain_integer<T>)
struct Codec<T> {
    static constexpr std::size_t min_size = sizeof(T);
    static constexpr std::size_t size(T) { return sizeof(T); }
    static std::uint8_t* put(std::uint8_t* at, T value) { return put_bytes(at, &value, sizeof value); } // little-endian
    static bool decode(Reader& in, T& value) { return in.read(&value, sizeof value); }
};

template <>
struct Codec<bool> {
    static constexpr std::size_t min_size = 1;
    static constexpr std::size_t size(bool) { return 1; }
    static std::uint8_t* put(std::uint8_t* at, bool value)
    {
        *at = value ? 1 : 0;
        return at + 1;
    }
    static bool decode(Reader& in, bool& value)
    {
        std::uint8_t byte = 0;
        if (!in.read(&byte, 1))
            return false;
        value = byte == 1;
        return byte <= 1 || in.refuse(ScaleError::BadBool);
    }
};

template <class E>
    requires std::is_enum_v<E>
struct Codec<E> {
    static_assert(sizeof(E) == 1, "an enum in SCALE has one byte: give it the underlying type std::uint8_t");
    static constexpr std::size_t min_size = 1;
    static constexpr std::size_t size(E) { return 1; }
    static std::uint8_t* put(std::uint8_t* at, E value)
    {
        *at = static_cast<std::uint8_t>(value);
        return at + 1;
    }
    static bool decode(Reader& in, E& value)
    {
        std::uint8_t byte = 0;
        if (!in.read(&byte, 1))
            return false;
        value = static_cast<E>(byte);
        return !reflect::enumerator_name(value).empty() || in.refuse(ScaleError::BadEnumerator);
    }
};

template <class T>
struct Codec<Compact<T>> {
    static constexpr std::size_t min_size = 1;
    static constexpr std::size_t size(const Compact<T>& compact)
    {
        if constexpr (reflect::Struct<T>)
            return reflect::with_fields(compact.value, [](const auto& only) { return compact_size(only); });
        else
            return compact_size(compact.value);
    }
    static std::uint8_t* put(std::uint8_t* at, const Compact<T>& compact)
    {
        if constexpr (reflect::Struct<T>)
            return reflect::with_fields(compact.value, [&](const auto& only) { return put_compact(at, only); });
        else
            return put_compact(at, compact.value);
    }
    static bool decode(Reader& in, Compact<T>& compact)
    {
        if constexpr (reflect::Struct<T>)
            return reflect::with_fields(compact.value, [&](auto& only) { return decode_integer(in, only); });
        else
            return decode_integer(in, compact.value);
    }

private:
    template <class UInt>
    static bool decode_integer(Reader& in, UInt& out)
    {
        static_assert(std::is_unsigned_v<UInt>, "a compact integer is unsigned");
        if constexpr (std::is_same_v<UInt, u128>) {
            return decode_compact(in, out);
        } else {
            std::uint64_t value = 0;
            if (!decode_compact(in, value))
                return false;
            if (value > std::numeric_limits<UInt>::max())
                return in.refuse(ScaleError::CompactOverflow);
            out = static_cast<UInt>(value);
            return true;
        }
    }
};

template <>
struct Codec<std::string> {
    static constexpr std::size_t min_size = 1;
    static std::size_t size(const std::string& value) { return compact_size(value.size()) + value.size(); }
    static std::uint8_t* put(std::uint8_t* at, const std::string& value)
    {
        return detail::put_items(at, bytes_of(value));
    }
    static bool decode(Reader& in, std::string& value)
    {
        std::size_t length = 0;
        ByteView bytes;
        if (!detail::decode_length<std::uint8_t>(in, length) || !in.view(bytes, length))
            return false;
        value = text_of(bytes);
        return is_utf8(bytes) || in.refuse(ScaleError::BadUtf8);
    }
};

/// Borrowed text and bytes can be encoded, not decoded: nothing would own them.
template <>
struct Codec<std::string_view> {
    static std::size_t size(std::string_view value) { return compact_size(value.size()) + value.size(); }
    static std::uint8_t* put(std::uint8_t* at, std::string_view value)
    {
        return detail::put_items(at, bytes_of(value));
    }
};
template <class T>
struct Codec<std::span<const T>> {
    static std::size_t size(std::span<const T> value) { return detail::size_of_items(value); }
    static std::uint8_t* put(std::uint8_t* at, std::span<const T> value) { return detail::put_items(at, value); }
};

template <class T>
struct Codec<std::vector<T>> {
    static constexpr std::size_t min_size = 1;
    static std::size_t size(const std::vector<T>& items) { return detail::size_of_items(std::span<const T>{items}); }
    static std::uint8_t* put(std::uint8_t* at, const std::vector<T>& items)
    {
        return detail::put_items(at, std::span<const T>{items});
    }
    static bool decode(Reader& in, std::vector<T>& items)
    {
        return detail::decode_items(in, items, std::numeric_limits<std::uint32_t>::max());
    }
};

template <class T, std::uint32_t Max>
struct Codec<BoundedVec<T, Max>> {
    static constexpr std::size_t min_size = 1;
    static std::size_t size(const BoundedVec<T, Max>& vec) { return encoded_size(vec.items); }
    static std::uint8_t* put(std::uint8_t* at, const BoundedVec<T, Max>& vec) { return scale::put(at, vec.items); }
    static bool decode(Reader& in, BoundedVec<T, Max>& vec) { return detail::decode_items(in, vec.items, Max); }
};

template <class T, std::size_t N>
struct Codec<std::array<T, N>> {
    static constexpr std::size_t min_size = N * Codec<T>::min_size;
    static constexpr std::size_t size(const std::array<T, N>& items)
    {
        if constexpr (detail::is_plain_integer<T>)
            return min_size;
        std::size_t size = 0;
        for (const auto& item : items)
            size += encoded_size(item);
        return size;
    }
    static std::uint8_t* put(std::uint8_t* at, const std::array<T, N>& items)
    {
        if constexpr (detail::is_plain_integer<T>)
            return put_bytes(at, items.data(), N * sizeof(T));
        for (const auto& item : items)
            at = scale::put(at, item);
        return at;
    }
    static bool decode(Reader& in, std::array<T, N>& items)
    {
        if constexpr (detail::is_plain_integer<T>)
            return in.read(items.data(), N * sizeof(T));
        for (auto& item : items)
            if (!decode_from(in, item))
                return false;
        return true;
    }
};

template <class T>
struct Codec<std::optional<T>> {
    static constexpr std::size_t min_size = 1;
    static std::size_t size(const std::optional<T>& option) { return 1 + (option ? encoded_size(*option) : 0); }
    static std::uint8_t* put(std::uint8_t* at, const std::optional<T>& option)
    {
        at = scale::put(at, option.has_value());
        return option ? scale::put(at, *option) : at;
    }
    static bool decode(Reader& in, std::optional<T>& option)
    {
        bool some = false;
        if (!decode_from(in, some))
            return false;
        if (!some) {
            option.reset();
            return true;
        }
        return decode_from(in, option.emplace());
    }
};

/// Rust's Result: 0 with the value, 1 with the error.
template <class T, class E>
struct Codec<std::expected<T, E>> {
    static constexpr std::size_t min_size = 1;
    static std::size_t size(const std::expected<T, E>& result)
    {
        if (!result)
            return 1 + encoded_size(result.error());
        if constexpr (std::is_void_v<T>)
            return 1;
        else
            return 1 + encoded_size(*result);
    }
    static std::uint8_t* put(std::uint8_t* at, const std::expected<T, E>& result)
    {
        at = scale::put(at, !result.has_value());
        if (!result)
            return scale::put(at, result.error());
        if constexpr (std::is_void_v<T>)
            return at;
        else
            return scale::put(at, *result);
    }
    static bool decode(Reader& in, std::expected<T, E>& result)
    {
        bool is_error = false;
        if (!decode_from(in, is_error))
            return false;
        if (is_error) {
            result = std::unexpected<E>{E{}};
            return decode_from(in, result.error());
        }
        result = std::expected<T, E>{};
        if constexpr (std::is_void_v<T>)
            return true;
        else
            return decode_from(in, *result);
    }
};

template <class... T>
struct Codec<std::tuple<T...>> {
    static constexpr std::size_t min_size = (Codec<T>::min_size + ... + 0);
    static std::size_t size(const std::tuple<T...>& tuple)
    {
        return std::apply([](const auto&... item) -> std::size_t { return (encoded_size(item) + ... + 0); }, tuple);
    }
    static std::uint8_t* put(std::uint8_t* at, const std::tuple<T...>& tuple)
    {
        std::apply([&](const auto&... item) { ((at = scale::put(at, item)), ...); }, tuple);
        return at;
    }
    static bool decode(Reader& in, std::tuple<T...>& tuple)
    {
        return std::apply([&](auto&... item) { return (decode_from(in, item) && ...); }, tuple);
    }
};

template <class A, class B>
struct Codec<std::pair<A, B>> {
    static constexpr std::size_t min_size = Codec<A>::min_size + Codec<B>::min_size;
    static std::size_t size(const std::pair<A, B>& pair)
    {
        return encoded_size(pair.first) + encoded_size(pair.second);
    }
    static std::uint8_t* put(std::uint8_t* at, const std::pair<A, B>& pair)
    {
        return scale::put(scale::put(at, pair.first), pair.second);
    }
    static bool decode(Reader& in, std::pair<A, B>& pair)
    {
        return decode_from(in, pair.first) && decode_from(in, pair.second);
    }
};

/// Maps and sets: re-encoding sorts; decoding takes any order and the last of equal keys, as the reference does.
template <class K, class V>
struct Codec<std::map<K, V>> {
    static constexpr std::size_t min_size = 1;
    static std::size_t size(const std::map<K, V>& map)
    {
        std::size_t size = compact_size(map.size());
        for (const auto& [key, value] : map)
            size += encoded_size(key) + encoded_size(value);
        return size;
    }
    static std::uint8_t* put(std::uint8_t* at, const std::map<K, V>& map)
    {
        at = put_compact(at, map.size());
        for (const auto& [key, value] : map)
            at = scale::put(scale::put(at, key), value);
        return at;
    }
    static bool decode(Reader& in, std::map<K, V>& map)
    {
        std::size_t count = 0;
        const detail::Nesting nesting{in};
        if (!nesting || !detail::decode_length<std::pair<K, V>>(in, count))
            return false;
        map.clear();
        for (std::size_t i = 0; i < count; ++i) {
            K key{};
            V value{};
            if (!decode_from(in, key) || !decode_from(in, value))
                return false;
            map.insert_or_assign(std::move(key), std::move(value));
        }
        return true;
    }
};

template <class T>
struct Codec<std::set<T>> {
    static constexpr std::size_t min_size = 1;
    static std::size_t size(const std::set<T>& set)
    {
        std::size_t size = compact_size(set.size());
        for (const auto& item : set)
            size += encoded_size(item);
        return size;
    }
    static std::uint8_t* put(std::uint8_t* at, const std::set<T>& set)
    {
        at = put_compact(at, set.size());
        for (const auto& item : set)
            at = scale::put(at, item);
        return at;
    }
    static bool decode(Reader& in, std::set<T>& set)
    {
        std::size_t count = 0;
        const detail::Nesting nesting{in};
        if (!nesting || !detail::decode_length<T>(in, count))
            return false;
        set.clear();
        for (std::size_t i = 0; i < count; ++i) {
            T item{};
            if (!decode_from(in, item))
                return false;
            set.insert(std::move(item));
        }
        return true;
    }
};

template <class T>
struct Codec<Box<T>> {
    static constexpr std::size_t min_size = 1; // T may be incomplete here; what is boxed has at least a variant index
    static std::size_t size(const Box<T>& box) { return encoded_size(*box); }
    static std::uint8_t* put(std::uint8_t* at, const Box<T>& box) { return scale::put(at, *box); }
    static bool decode(Reader& in, Box<T>& box)
    {
        const detail::Nesting nesting{in};
        return nesting && decode_from(in, *box);
    }
};

template <class... Alternatives>
struct Codec<Variant<Alternatives...>> {
    using Value = Variant<Alternatives...>;
    static constexpr std::size_t min_size = 1;
    static std::size_t size(const Value& value)
    {
        return 1 + value.visit([](const auto& alternative) { return encoded_size(alternative); });
    }
    static std::uint8_t* put(std::uint8_t* at, const Value& value)
    {
        *at = value.index();
        return value.visit([&](const auto& alternative) { return scale::put(at + 1, alternative); });
    }
    static bool decode(Reader& in, Value& value)
    {
        std::uint8_t index = 0;
        if (!in.read(&index, 1))
            return false;
        bool known = false;
        bool ok = false;
        ((index == Alternatives::index && (known = true, ok = decode_as<typename Alternatives::type>(in, value)))
         || ...);
        return known ? ok : in.refuse(ScaleError::BadVariant);
    }

private:
    template <class T>
    static bool decode_as(Reader& in, Value& value)
    {
        return decode_from(in, value.template emplace<T>());
    }
};

/// Any other aggregate: its members one after the other.
template <class T>
    requires(reflect::Struct<T>)
struct Codec<T> {
    static constexpr std::size_t min_size =
        reflect::with_field_types<T>([]<class... F>() -> std::size_t { return (Codec<F>::min_size + ... + 0); });
    static std::size_t size(const T& value)
    {
        return reflect::with_fields(
            value, [](const auto&... field) -> std::size_t { return (encoded_size(field) + ... + 0); });
    }
    static std::uint8_t* put(std::uint8_t* at, const T& value)
    {
        reflect::with_fields(value, [&](const auto&... field) { ((at = scale::put(at, field)), ...); });
        return at;
    }
    static bool decode(Reader& in, T& value)
    {
        return reflect::with_fields(value, [&](auto&... field) { return (decode_from(in, field) && ...); });
    }
};

/// The concatenated encodings of all arguments.
template <class... T>
Bytes encode(const T&... values)
{
    Bytes out((encoded_size(values) + ... + 0));
    [[maybe_unused]] std::uint8_t* at = out.data();
    ((at = put(at, values)), ...);
    assert(at == out.data() + out.size() && "a codec's size and put differ");
    return out;
}

/// What to do with bytes behind the value.
enum class Rest : std::uint8_t { Refuse, Allow };

template <class T>
Outcome<T> decode(ByteView bytes, Rest rest = Rest::Refuse)
{
    Reader in{bytes};
    Outcome<T> value{T{}};
    if (!decode_from(in, *value))
        return std::unexpected<Error>{in.error()};
    if (rest == Rest::Refuse && in.remaining() != 0) {
        in.refuse(ScaleError::TrailingBytes);
        return std::unexpected<Error>{in.error()};
    }
    return value;
}

/// Decodes a value from the front of `bytes` and moves `bytes` behind it.
template <class T>
Outcome<T> decode_front(ByteView& bytes)
{
    Reader in{bytes};
    Outcome<T> value{T{}};
    if (!decode_from(in, *value))
        return std::unexpected<Error>{in.error()};
    bytes = in.rest();
    return value;
}

} // namespace phala::scale
