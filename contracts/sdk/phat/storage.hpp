#pragma once
// What a contract keeps. Plain members of the contract are read and written as a whole under the root key;
// a Mapping keeps each entry under a key of its own and costs only what is touched.
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
        __builtin_trap();
    return value;
}

} // namespace storage

/// Entries under their own keys. Copying a Mapping copies its place, not its entries.
template <class Key, class Value>
class Mapping {
public:
    using key_type = Key;
    using value_type = Value;

    [[nodiscard]] std::optional<Value> get(const Key& key) const
    {
        const auto bytes = storage::read(place(key));
        return bytes ? std::optional<Value>{storage::decode_own<Value>(*bytes)} : std::nullopt;
    }
    [[nodiscard]] Value get_or(const Key& key, Value otherwise) const
    {
        return get(key).value_or(std::move(otherwise));
    }
    [[nodiscard]] bool contains(const Key& key) const
    {
        const Bytes at = place(key);
        return host::phat_contains_storage(at.data(), static_cast<std::uint32_t>(at.size())) != ~std::uint32_t{0};
    }
    void set(const Key& key, const Value& value) { storage::write(place(key), phala::scale::encode(value)); }
    void remove(const Key& key)
    {
        const Bytes at = place(key);
        host::phat_clear_storage(at.data(), static_cast<std::uint32_t>(at.size()));
    }

    /// Tells the mapping which member of the contract it is; the library does it on load.
    void attach(std::array<std::uint8_t, 4> field) { field_ = field; }

private:
    [[nodiscard]] Bytes place(const Key& key) const { return phala::scale::encode(field_, key); }

    std::array<std::uint8_t, 4> field_{};
};

namespace detail {

template <class T>
inline constexpr bool is_mapping = false;
template <class K, class V>
inline constexpr bool is_mapping<Mapping<K, V>> = true;

/// "Contract::member" while compiling: what a mapping's place in storage is derived from.
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
                    if constexpr (is_mapping<std::remove_cvref_t<decltype(one)>>)
                        one.attach(field_key<Contract, I>());
                }(member),
                ...);
        }(std::index_sequence_for<decltype(member)...>{});
    });
}

} // namespace detail

} // namespace phat

/// A mapping takes no room in the root value.
template <class K, class V>
struct phala::scale::Codec<phat::Mapping<K, V>> {
    static constexpr std::size_t min_size = 0;
    static constexpr std::size_t size(const phat::Mapping<K, V>&) { return 0; }
    static std::uint8_t* put(std::uint8_t* at, const phat::Mapping<K, V>&) { return at; }
    static bool decode(Reader&, phat::Mapping<K, V>&) { return true; }
};
