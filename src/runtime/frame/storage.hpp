#pragma once
// Storage items as types (STYLE-ANCHORS §4.2; spec substrate-host §1.3):
//
//   struct Number : StorageValue<name, "Number", BlockNumber, Default> { static constexpr auto docs = "…"; };
//   struct Account : StorageMap<name, "Account", Blake2_128Concat<AccountId>, AccountInfo, Default> {};
//
// The last argument says what an absent entry reads as: Optional (nothing), Default (T{}), DefaultTo<value>.
#include "base/name.hpp"
#include "crypto/hash.hpp"
#include "runtime/frame/storage_io.hpp"
#include "runtime/log.hpp"
#include "scale/codec.hpp"

#include <optional>
#include <tuple>
#include <utility>

namespace phala::runtime {

struct Optional {};
struct Default {};
template <auto Value>
struct DefaultTo {};

/// As numbered in metadata.
enum class Modifier : std::uint8_t { Optional, Default, Required };
enum class HasherKind : std::uint8_t {
    Blake2_128,
    Blake2_256,
    Blake2_128Concat,
    Twox128,
    Twox256,
    Twox64Concat,
    Identity
};

namespace detail {

/// What reading an entry of type T gives.
template <class T, class Query>
struct QueryOf {
    using Result = T;
    static constexpr Modifier modifier = Modifier::Default;
    static T absent() { return T{}; }
};
template <class T>
struct QueryOf<T, Optional> {
    using Result = std::optional<T>;
    static constexpr Modifier modifier = Modifier::Optional;
    static std::optional<T> absent() { return std::nullopt; }
};
template <class T, auto Value>
struct QueryOf<T, DefaultTo<Value>> {
    using Result = T;
    static constexpr Modifier modifier = Modifier::Default;
    static T absent() { return Value; }
};

[[noreturn]] void corrupt_entry(ByteView key);

/// What a stored value that does not decode means: a broken state, which no block may be built on.
template <class T>
T decode_stored(ByteView key, ByteView bytes)
{
    scale::Reader in{bytes};
    T value{};
    if (!decode_from(in, value))
        corrupt_entry(key);
    return value;
}

/// The operations on one entry whose key is known.
template <class T, class Query>
struct Entry {
    using Q = QueryOf<T, Query>;
    using Result = typename Q::Result;

    static Result get(ByteView key)
    {
        const auto bytes = io::view(key);
        return bytes ? Result{decode_stored<T>(key, *bytes)} : Q::absent();
    }
    static void put(ByteView key, const T& value) { io::set(key, scale::encode(value)); }
    static void put(ByteView key, const std::optional<T>& value)
        requires std::is_same_v<Query, Optional>
    {
        if (value)
            put(key, *value);
        else
            io::clear(key);
    }
    static Result take(ByteView key)
    {
        Result value = get(key);
        io::clear(key);
        return value;
    }
    template <class Change>
    static decltype(auto) mutate(ByteView key, Change&& change)
    {
        Result value = get(key);
        if constexpr (std::is_void_v<decltype(change(value))>) {
            change(value);
            put(key, value);
        } else {
            auto result = change(value);
            put(key, value);
            return result;
        }
    }
    template <class Change>
    static auto try_mutate(ByteView key, Change&& change)
    {
        Result value = get(key);
        auto result = change(value);
        if (result)
            put(key, value);
        return result;
    }
    static Bytes default_bytes()
    {
        if constexpr (std::is_same_v<Query, Optional>)
            return {0};
        else
            return scale::encode(Q::absent());
    }
};

consteval ByteArray<32> item_prefix(std::string_view pallet, std::string_view item)
{
    ByteArray<32> out{};
    const auto first = crypto::twox_128_const(pallet);
    const auto second = crypto::twox_128_const(item);
    for (std::size_t i = 0; i < first.size(); ++i) {
        out[i] = first[i];
        out[16 + i] = second[i];
    }
    return out;
}

} // namespace detail

/// Hashers of map keys. `size` bytes of hash come before the key itself where the key can be read back.
template <class K>
struct Blake2_128Concat {
    using Key = K;
    static constexpr auto kind = HasherKind::Blake2_128Concat;
    static constexpr std::size_t size = 16;
    static void hash(Bytes& out, ByteView key)
    {
        append(out, crypto::blake2_128(key));
        append(out, key);
    }
};
template <class K>
struct Twox64Concat {
    using Key = K;
    static constexpr auto kind = HasherKind::Twox64Concat;
    static constexpr std::size_t size = 8;
    static void hash(Bytes& out, ByteView key)
    {
        append(out, crypto::twox_64(key));
        append(out, key);
    }
};
template <class K>
struct Identity {
    using Key = K;
    static constexpr auto kind = HasherKind::Identity;
    static constexpr std::size_t size = 0;
    static void hash(Bytes& out, ByteView key) { append(out, key); }
};

template <Name Pallet, Name Item, class T, class Query = Optional>
struct StorageValue {
    using Value = T;
    using Keys = std::tuple<>;
    using Stored = detail::Entry<T, Query>;
    using Result = typename Stored::Result;
    static constexpr std::string_view pallet = Pallet.view();
    static constexpr std::string_view item = Item.view();
    static constexpr Modifier modifier = Stored::Q::modifier;
    static constexpr std::array<HasherKind, 0> hashers{};
    static constexpr ByteArray<32> prefix = detail::item_prefix(Pallet, Item);

    static ByteView key() { return prefix; }
    static Result get() { return Stored::get(prefix); }
    static bool exists() { return io::exists(prefix); }
    static void put(const T& value) { Stored::put(prefix, value); }
    static void kill() { io::clear(prefix); }
    static Result take() { return Stored::take(prefix); }

    /// Reads, lets `change` alter the value (T& or std::optional<T>&) and writes; gives what `change` gives.
    template <class Change>
    static decltype(auto) mutate(Change&& change)
    {
        return Stored::mutate(prefix, std::forward<Change>(change));
    }
    /// As mutate, but writes only if what `change` gives is a success.
    template <class Change>
    static auto try_mutate(Change&& change)
    {
        return Stored::try_mutate(prefix, std::forward<Change>(change));
    }
    /// Adds an item to a stored sequence without reading it.
    template <class Element>
    static void append(const Element& element)
    {
        io::append(prefix, scale::encode(element));
    }
    static Bytes default_bytes() { return Stored::default_bytes(); }
};

/// A map by any number of keys, each with its hasher.
template <Name Pallet, Name Item, class V, class Query, class... Hashers>
struct StorageNMap {
    using Value = V;
    using Keys = std::tuple<typename Hashers::Key...>;
    using Stored = detail::Entry<V, Query>;
    using Result = typename Stored::Result;
    static constexpr std::string_view pallet = Pallet.view();
    static constexpr std::string_view item = Item.view();
    static constexpr Modifier modifier = Stored::Q::modifier;
    static constexpr std::array hashers{Hashers::kind...};
    static constexpr ByteArray<32> prefix = detail::item_prefix(Pallet, Item);

    /// The storage key of the entry.
    static Bytes key(const typename Hashers::Key&... keys)
    {
        Bytes out = start();
        (Hashers::hash(out, scale::encode(keys)), ...);
        return out;
    }
    static Result get(const typename Hashers::Key&... keys) { return Stored::get(key(keys...)); }
    static bool contains(const typename Hashers::Key&... keys) { return io::exists(key(keys...)); }
    static void insert(const typename Hashers::Key&... keys, const V& value) { Stored::put(key(keys...), value); }
    static void remove(const typename Hashers::Key&... keys) { io::clear(key(keys...)); }
    static Result take(const typename Hashers::Key&... keys) { return Stored::take(key(keys...)); }

    template <class Change>
    static decltype(auto) mutate(const typename Hashers::Key&... keys, Change&& change)
    {
        return Stored::mutate(key(keys...), std::forward<Change>(change));
    }
    template <class Change>
    static auto try_mutate(const typename Hashers::Key&... keys, Change&& change)
    {
        return Stored::try_mutate(key(keys...), std::forward<Change>(change));
    }
    template <class Element>
    static void append(const typename Hashers::Key&... keys, const Element& element)
    {
        io::append(key(keys...), scale::encode(element));
    }

    /// Calls visit(keys..., value) for each entry, in the order of storage keys. `visit` may change the map.
    template <class Visit>
    static void iterate(Visit&& visit)
    {
        iterate_from(start(), [&](ByteView entry, ByteView rest) {
            Keys keys = read_keys<0, Keys>(entry, rest);
            std::apply([&](const auto&... k) { visit(k..., detail::decode_stored<V>(entry, *io::get(entry))); }, keys);
        });
    }
    /// As iterate, of the entries under one first key: visit(other keys..., value).
    template <class FirstKey, class Visit>
    static void iterate_prefix(const FirstKey& first, Visit&& visit)
        requires(sizeof...(Hashers) > 1)
    {
        iterate_from(first_prefix(first), [&](ByteView entry, ByteView rest) {
            auto keys = read_keys<1, typename Tail<Keys>::Type>(entry, rest);
            std::apply([&](const auto&... k) { visit(k..., detail::decode_stored<V>(entry, *io::get(entry))); }, keys);
        });
    }
    static io::Cleared clear(std::optional<std::uint32_t> limit = std::nullopt)
    {
        return io::clear_prefix(prefix, limit);
    }
    template <class FirstKey>
    static io::Cleared clear_prefix(const FirstKey& first, std::optional<std::uint32_t> limit = std::nullopt)
        requires(sizeof...(Hashers) > 1)
    {
        return io::clear_prefix(first_prefix(first), limit);
    }
    static Bytes default_bytes() { return Stored::default_bytes(); }

private:
    template <class Tuple>
    struct Tail;
    template <class First, class... Rest>
    struct Tail<std::tuple<First, Rest...>> {
        using Type = std::tuple<Rest...>;
    };

    static Bytes start()
    {
        Bytes out;
        out.reserve(128);
        phala::append(out, prefix);
        return out;
    }
    static Bytes first_prefix(const typename std::tuple_element_t<0, std::tuple<Hashers...>>::Key& first)
    {
        Bytes out = start();
        std::tuple_element_t<0, std::tuple<Hashers...>>::hash(out, scale::encode(first));
        return out;
    }
    template <class Visit>
    static void iterate_from(const Bytes& under, Visit&& visit)
    {
        for (auto entry = io::next_key(under); entry && starts_with(*entry, under); entry = io::next_key(*entry))
            visit(ByteView{*entry}, ByteView{*entry}.subspan(under.size()));
    }
    template <std::size_t Skip, class Tuple>
    static Tuple read_keys(ByteView entry, ByteView rest)
    {
        scale::Reader in{rest};
        Tuple keys{};
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            constexpr std::size_t sizes[] = {Hashers::size...};
            ByteView hash;
            if (!((in.view(hash, sizes[I + Skip]) && decode_from(in, std::get<I>(keys))) && ...))
                detail::corrupt_entry(entry);
        }(std::make_index_sequence<std::tuple_size_v<Tuple>>{});
        return keys;
    }
};

template <Name Pallet, Name Item, class Hasher, class V, class Query = Optional>
struct StorageMap : StorageNMap<Pallet, Item, V, Query, Hasher> {};

template <Name Pallet, Name Item, class Hasher1, class Hasher2, class V, class Query = Optional>
struct StorageDoubleMap : StorageNMap<Pallet, Item, V, Query, Hasher1, Hasher2> {};

} // namespace phala::runtime
