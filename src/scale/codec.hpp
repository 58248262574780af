#pragma once
// SCALE from declarations (spec substrate-host §1.1): any aggregate, enum, standard container or type of
// scale/types.hpp encodes and decodes without being told how. A type with rules of its own (Era, addresses)
// specialises Codec<T>.
#include "base/bytes.hpp"
#include "base/reflect.hpp"
#include "base/utf8.hpp"
#include "scale/reader.hpp"
#include "scale/types.hpp"

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
    void write(ByteView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
    [[nodiscard]] std::size_t size() const { return out_.size(); }

private:
    Bytes& out_;
};

void encode_compact(Writer& out, u128 value);
bool decode_compact(Reader& in, u128& value);

/// How T is encoded. Members of each specialisation:
///   static void encode(Writer&, const T&);
///   static bool decode(Reader&, T&);            false after Reader::refuse
///   static constexpr std::size_t min_size;      fewest bytes an encoding can have: bounds what a length may claim
template <class T>
struct Codec;

template <class T>
void encode_to(Writer& out, const T& value)
{
    Codec<T>::encode(out, value);
}

template <class T>
bool decode_from(Reader& in, T& value)
{
    return Codec<T>::decode(in, value);
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
    u128 count = 0;
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
void encode_items(Writer& out, std::span<const T> items)
{
    encode_compact(out, items.size());
    if constexpr (is_plain_integer<T>)
        out.write({reinterpret_cast<const std::uint8_t*>(items.data()), items.size_bytes()});
    else
        for (const auto& item : items)
            encode_to(out, item);
}

} // namespace detail

template <class T>
    requires(detail::is_plain_integer<T>)
struct Codec<T> {
    static constexpr std::size_t min_size = sizeof(T);
    static void encode(Writer& out, T value)
    {
        out.write({reinterpret_cast<const std::uint8_t*>(&value), sizeof value}); // both targets are little-endian
    }
    static bool decode(Reader& in, T& value) { return in.read(&value, sizeof value); }
};

template <>
struct Codec<bool> {
    static constexpr std::size_t min_size = 1;
    static void encode(Writer& out, bool value) { out.byte(value ? 1 : 0); }
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
    static void encode(Writer& out, E value) { out.byte(static_cast<std::uint8_t>(value)); }
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
    static void encode(Writer& out, const Compact<T>& compact)
    {
        if constexpr (reflect::Struct<T>)
            reflect::with_fields(compact.value, [&](const auto& only) { encode_compact(out, only); });
        else
            encode_compact(out, compact.value);
    }
    static bool decode(Reader& in, Compact<T>& compact)
    {
        u128 value = 0;
        if (!decode_compact(in, value))
            return false;
        if constexpr (reflect::Struct<T>)
            return reflect::with_fields(compact.value, [&](auto& only) { return assign(in, only, value); });
        else
            return assign(in, compact.value, value);
    }

private:
    template <class UInt>
    static bool assign(Reader& in, UInt& out, u128 value)
    {
        static_assert(std::is_unsigned_v<UInt>, "a compact integer is unsigned");
        if (value > std::numeric_limits<UInt>::max())
            return in.refuse(ScaleError::CompactOverflow);
        out = static_cast<UInt>(value);
        return true;
    }
};

template <>
struct Codec<std::string> {
    static constexpr std::size_t min_size = 1;
    static void encode(Writer& out, const std::string& value) { detail::encode_items(out, bytes_of(value)); }
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
    static void encode(Writer& out, std::string_view value) { detail::encode_items(out, bytes_of(value)); }
};
template <class T>
struct Codec<std::span<const T>> {
    static void encode(Writer& out, std::span<const T> value) { detail::encode_items(out, value); }
};

template <class T>
struct Codec<std::vector<T>> {
    static constexpr std::size_t min_size = 1;
    static void encode(Writer& out, const std::vector<T>& items)
    {
        detail::encode_items(out, std::span<const T>{items});
    }
    static bool decode(Reader& in, std::vector<T>& items)
    {
        return detail::decode_items(in, items, std::numeric_limits<std::uint32_t>::max());
    }
};

template <class T, std::uint32_t Max>
struct Codec<BoundedVec<T, Max>> {
    static constexpr std::size_t min_size = 1;
    static void encode(Writer& out, const BoundedVec<T, Max>& vec) { encode_to(out, vec.items); }
    static bool decode(Reader& in, BoundedVec<T, Max>& vec) { return detail::decode_items(in, vec.items, Max); }
};

template <class T, std::size_t N>
struct Codec<std::array<T, N>> {
    static constexpr std::size_t min_size = N * Codec<T>::min_size;
    static void encode(Writer& out, const std::array<T, N>& items)
    {
        if constexpr (detail::is_plain_integer<T>)
            out.write({reinterpret_cast<const std::uint8_t*>(items.data()), N * sizeof(T)});
        else
            for (const auto& item : items)
                encode_to(out, item);
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
    static void encode(Writer& out, const std::optional<T>& option)
    {
        out.byte(option ? 1 : 0);
        if (option)
            encode_to(out, *option);
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
    static void encode(Writer& out, const std::expected<T, E>& result)
    {
        out.byte(result ? 0 : 1);
        if (!result)
            encode_to(out, result.error());
        else if constexpr (!std::is_void_v<T>)
            encode_to(out, *result);
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
    static void encode(Writer& out, const std::tuple<T...>& tuple)
    {
        std::apply([&](const auto&... item) { (encode_to(out, item), ...); }, tuple);
    }
    static bool decode(Reader& in, std::tuple<T...>& tuple)
    {
        return std::apply([&](auto&... item) { return (decode_from(in, item) && ...); }, tuple);
    }
};

template <class A, class B>
struct Codec<std::pair<A, B>> {
    static constexpr std::size_t min_size = Codec<A>::min_size + Codec<B>::min_size;
    static void encode(Writer& out, const std::pair<A, B>& pair)
    {
        encode_to(out, pair.first);
        encode_to(out, pair.second);
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
    static void encode(Writer& out, const std::map<K, V>& map)
    {
        encode_compact(out, map.size());
        for (const auto& [key, value] : map) {
            encode_to(out, key);
            encode_to(out, value);
        }
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
    static void encode(Writer& out, const std::set<T>& set)
    {
        encode_compact(out, set.size());
        for (const auto& item : set)
            encode_to(out, item);
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
    static void encode(Writer& out, const Box<T>& box) { encode_to(out, *box); }
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
    static void encode(Writer& out, const Value& value)
    {
        out.byte(value.index());
        value.visit([&](const auto& alternative) { encode_to(out, alternative); });
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
        T alternative{};
        if (!decode_from(in, alternative))
            return false;
        value = Value{std::move(alternative)};
        return true;
    }
};

/// Any other aggregate: its members one after the other.
template <class T>
    requires(reflect::Struct<T>)
struct Codec<T> {
    static constexpr std::size_t min_size =
        reflect::with_field_types<T>([]<class... F>() -> std::size_t { return (Codec<F>::min_size + ... + 0); });
    static void encode(Writer& out, const T& value)
    {
        reflect::with_fields(value, [&](const auto&... field) { (encode_to(out, field), ...); });
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
    Bytes out;
    Writer writer{out};
    (encode_to(writer, values), ...);
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
