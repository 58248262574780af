#pragma once
// What a contract keeps. Plain members of the contract are read and written as a whole under the root key; a Lazy, a
// Mapping and an IterableMapping keep what they hold under keys of their own and cost only what is touched.
#include "phat/host.hpp"
#include "phat/selector.hpp"
#include "scale/codec.hpp"

#include <optional>

namespace phat {

using phala::Bytes;
using phala::ByteView;

namespace storage {

/// Reads a value into the shared buffer; nothing if there is none.
inline std::optional<ByteView> read(ByteView key)
{
    std::uint32_t size = host::kBufferSize;
    const auto code = host::phat_get_storage(key.data(), static_cast<std::uint32_t>(key.size()), host::buffer, &size);
    if (code != static_cast<std::uint32_t>(host::ReturnCode::Success))
        return std::nullopt;
    return ByteView{host::buffer, size};
}

inline void write(ByteView key, ByteView value)
{
    host::phat_set_storage(key.data(), static_cast<std::uint32_t>(key.size()), value.data(),
                           static_cast<std::uint32_t>(value.size()));
}

/// Decodes bytes that this contract wrote itself: anything else there is a broken contract, which traps.
template <class T>
T decode_own(ByteView bytes)
{
    T value{};
    phala::scale::Reader in{bytes};
    if (!phala::scale::decode_from(in, value) || in.remaining() != 0)
        host::trap();
    return value;
}

} // namespace storage

namespace detail {

/// A member of a contract with a place of its own in storage; the library says on load which member it is.
class Placed {
public:
    void attach(std::array<std::uint8_t, 4> field) { field_ = field; }

protected:
    template <class T>
    static std::optional<T> load(const Bytes& at)
    {
        const auto bytes = storage::read(at);
        return bytes ? std::optional<T>{storage::decode_own<T>(*bytes)} : std::nullopt;
    }
    static bool exists(const Bytes& at)
    {
        return host::phat_contains_storage(at.data(), static_cast<std::uint32_t>(at.size())) != ~std::uint32_t{0};
    }
    static void clear(const Bytes& at) { host::phat_clear_storage(at.data(), static_cast<std::uint32_t>(at.size())); }
    /// The field's key and what distinguishes within it.
    template <class... Part>
    [[nodiscard]] Bytes place(const Part&... part) const
    {
        return phala::scale::encode(field_, part...);
    }

private:
    std::array<std::uint8_t, 4> field_{};
};

template <class T>
inline constexpr bool is_placed = std::is_base_of_v<Placed, T>;

} // namespace detail

/// One value that is read and written only where a message does so. Copying it copies its place.
template <class T>
class Lazy : public detail::Placed {
public:
    using value_type = T;

    Lazy() = default; // declared, for reflection takes an aggregate apart

    [[nodiscard]] std::optional<T> get() const { return load<T>(place()); }
    [[nodiscard]] T get_or(T otherwise) const { return get().value_or(std::move(otherwise)); }
    void set(const T& value) { storage::write(place(), phala::scale::encode(value)); }
    void remove() { clear(place()); }
};

/// Entries under their own keys. Copying a Mapping copies its place, not its entries.
template <class Key, class Value>
class Mapping : public detail::Placed {
public:
    using value_type = Value;

    Mapping() = default; // declared, for reflection takes an aggregate apart

    [[nodiscard]] std::optional<Value> get(const Key& key) const { return load<Value>(place(key)); }
    [[nodiscard]] Value get_or(const Key& key, Value otherwise) const
    {
        return get(key).value_or(std::move(otherwise));
    }
    [[nodiscard]] bool contains(const Key& key) const { return exists(place(key)); }
    void set(const Key& key, const Value& value) { storage::write(place(key), phala::scale::encode(value)); }
    void remove(const Key& key) { clear(place(key)); }
};

/// A Mapping that can be walked through. Its order is that of insertion until something is removed: then the last entry
/// takes the free place. Beside each entry it keeps the key once more, and one count.
template <class Key, class Value>
class IterableMapping : public detail::Placed {
public:
    using value_type = Value;

    IterableMapping() = default; // declared, for reflection takes an aggregate apart

    [[nodiscard]] std::uint32_t size() const { return load<std::uint32_t>(place(Part::Count)).value_or(0); }
    [[nodiscard]] std::optional<Value> get(const Key& key) const
    {
        auto found = entry(key);
        return found ? std::optional<Value>{std::move(found->second)} : std::nullopt;
    }
    [[nodiscard]] Value get_or(const Key& key, Value otherwise) const
    {
        return get(key).value_or(std::move(otherwise));
    }
    [[nodiscard]] bool contains(const Key& key) const { return exists(place(Part::Entry, key)); }
    /// The key at a place below size(); any other place traps.
    [[nodiscard]] Key key_at(std::uint32_t index) const
    {
        auto key = load<Key>(place(Part::KeyAt, index));
        if (!key)
            host::trap();
        return std::move(*key);
    }
    void set(const Key& key, const Value& value)
    {
        const auto known = entry(key);
        const std::uint32_t index = known ? known->first : size();
        if (!known) {
            write(place(Part::KeyAt, index), key);
            write(place(Part::Count), index + 1);
        }
        write(place(Part::Entry, key), index, value);
    }
    void remove(const Key& key)
    {
        const auto known = entry(key);
        if (!known)
            return;
        const std::uint32_t last = size() - 1;
        if (known->first != last) {
            const Key moved = key_at(last);
            write(place(Part::KeyAt, known->first), moved);
            write(place(Part::Entry, moved), known->first, entry(moved)->second);
        }
        clear(place(Part::KeyAt, last));
        clear(place(Part::Entry, key));
        write(place(Part::Count), last);
    }
    /// Calls visit(key, value) for each entry. The visitor may not insert or remove.
    template <class Visit>
    void for_each(Visit&& visit) const
    {
        for (std::uint32_t index = 0, count = size(); index < count; ++index) {
            const Key key = key_at(index);
            visit(key, entry(key)->second);
        }
    }

private:
    enum class Part : std::uint8_t { Count, KeyAt, Entry };

    template <class... T>
    static void write(const Bytes& at, const T&... value)
    {
        storage::write(at, phala::scale::encode(value...));
    }
    [[nodiscard]] std::optional<std::pair<std::uint32_t, Value>> entry(const Key& key) const
    {
        return load<std::pair<std::uint32_t, Value>>(place(Part::Entry, key));
    }
};

namespace detail {

/// "Contract::member" while compiling: what a member's place in storage is derived from.
template <class Contract, std::size_t Index>
consteval std::array<std::uint8_t, 4> field_key()
{
    constexpr auto contract = phala::reflect::type_name<Contract>;
    constexpr auto member = phala::reflect::field_names<Contract>[Index];
    char text[contract.size() + 2 + member.size()];
    std::size_t at = 0;
    for (char c : contract)
        text[at++] = c;
    text[at++] = ':';
    text[at++] = ':';
    for (char c : member)
        text[at++] = c;
    return name_hash({text, at});
}

template <class Contract>
void attach(Contract& contract)
{
    phala::reflect::with_fields(contract, [](auto&... member) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (
                [&](auto& one) {
                    if constexpr (is_placed<std::remove_cvref_t<decltype(one)>>)
                        one.attach(field_key<Contract, I>());
                }(member),
                ...);
        }(std::index_sequence_for<decltype(member)...>{});
    });
}

/// Whether a contract keeps anything under the root key. One that does not reads and writes none there: its code can
/// be delegated to from any other contract, whatever that one keeps.
template <class Contract>
consteval bool keeps_root()
{
    return phala::reflect::with_field_types<Contract>(
        []<class... Member>() { return (false || ... || !is_placed<Member>); });
}

} // namespace detail

} // namespace phat

namespace phat::detail {

/// What has a place of its own takes no room in the root value.
template <class T>
struct NoRoom {
    static constexpr std::size_t min_size = 0;
    static constexpr std::size_t size(const T&) { return 0; }
    static std::uint8_t* put(std::uint8_t* at, const T&) { return at; }
    static bool decode(phala::scale::Reader&, T&) { return true; }
};

} // namespace phat::detail

template <class T>
struct phala::scale::Codec<phat::Lazy<T>> : phat::detail::NoRoom<phat::Lazy<T>> {};
template <class K, class V>
struct phala::scale::Codec<phat::Mapping<K, V>> : phat::detail::NoRoom<phat::Mapping<K, V>> {};
template <class K, class V>
struct phala::scale::Codec<phat::IterableMapping<K, V>> : phat::detail::NoRoom<phat::IterableMapping<K, V>> {};
