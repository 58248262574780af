#pragma once
// JSON from declarations: for .cpp files only, it is heavy. Bytes and hashes are 0x hex; absent options are null.
#include "base/hex.hpp"
#include "node/rpc/methods.hpp"

#include <boost/json.hpp>

namespace phala::node::rpc {

namespace json = boost::json;

/// Text that is JSON already.
struct Raw {
    std::string text;
};

/// A byte sequence of the chain: hex.
template <class T>
concept HexBytes =
    std::is_same_v<T, Bytes> || std::is_same_v<T, ByteView> || std::is_same_v<T, H256> || std::is_same_v<T, AccountId>
    || (requires { std::tuple_size<T>::value; } && std::is_same_v<typename T::value_type, std::uint8_t>);

template <class T>
json::value to_json(const T& value)
{
    if constexpr (std::is_same_v<T, json::value> || std::is_same_v<T, json::object> || std::is_same_v<T, json::array>
                  || std::is_same_v<T, std::nullptr_t> || std::is_arithmetic_v<T>) {
        return value;
    } else if constexpr (std::is_convertible_v<T, std::string_view>) {
        return json::value(json::string(std::string_view{value}));
    } else if constexpr (HexBytes<T>) {
        return json::value(json::string(to_hex0x(value)));
    } else if constexpr (requires {
                             value.has_value();
                             *value;
                         }) {
        return value ? to_json(*value) : json::value(nullptr);
    } else if constexpr (requires { value.begin(); }) {
        json::array out;
        for (const auto& item : value)
            out.push_back(to_json(item));
        return out;
    } else if constexpr (requires {
                             value.first;
                             value.second;
                         }) {
        return json::array{to_json(value.first), to_json(value.second)};
    } else {
        static_assert(reflect::Struct<T>, "this type has no JSON form");
        json::object out;
        reflect::with_fields(value, [&](const auto&... field) {
            std::size_t i = 0;
            (out.emplace(reflect::field_names<T>[i++], to_json(field)), ...);
        });
        return out;
    }
}

template <class T>
std::string to_text(const T& value)
{
    if constexpr (HexBytes<T>)
        return "\"" + to_hex0x(value) + "\""; // the large ones: metadata, code
    else
        return json::serialize(to_json(value));
}

template <class T>
Reply ok(const T& value)
{
    return to_text(value);
}

/// "0x1a": how numbers of blocks stand in headers.
std::string hex_number(std::uint64_t value);

} // namespace phala::node::rpc
