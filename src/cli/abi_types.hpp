#pragma once
// Reading the types of a bundle, and values along them: what abi.cpp puts together.
#include "cli/abi.hpp"

#include <string_view>

namespace phala::cli {

/// A type's id that no bundle has: what is missing or is no number reads as this and is then not found.
inline constexpr std::uint32_t kNoType = ~std::uint32_t{0};
/// A type may contain itself, and so a value may nest without end.
inline constexpr unsigned kMaxValueDepth = 32;
/// Values in one answer. Those without bytes (arrays of units) are not bounded by the answer's length.
inline constexpr std::size_t kMaxValues = 1U << 18U;

struct AbiInteger {
    std::string_view name;
    std::size_t size; ///< bytes
    bool is_signed;
};

/// The integer type of that name; null where it is another primitive.
const AbiInteger* integer_type(std::string_view name);

/// A member's text; empty where it is missing or no text.
std::string text_member(const json::Value& object, std::string_view name);
/// A number of 32 bits; kNoType where it is missing or something else.
std::uint32_t number_of(const json::Value* value);
/// A member's elements; none where it is missing or no array.
const json::Array& array_member(const json::Value& object, std::string_view name);

/// `def` of a type; null where the bundle has no such type.
const json::Value* definition(const AbiTypes& types, std::uint32_t id);
/// The last segment of a type's path; empty where it has none.
std::string_view last_segment(const json::Value& type);
bool is_account(const json::Value& type);
bool is_byte(const AbiTypes& types, std::uint32_t id);

/// Appends the encoding of a value. Errors: BadValue, BadBundle, and those of accounts and hex.
Outcome<> encode_value(const AbiTypes& types, Bytes& out, std::uint32_t type, const json::Value& value,
                       unsigned depth = 0);

/// Values one after another that fill all the bytes; none where they are no such values.
std::optional<std::vector<json::Value>> decode_values(const AbiTypes& types, const std::vector<std::uint32_t>& wanted,
                                                      ByteView bytes);

/// The value that fills all the bytes; none where they are of no such value.
std::optional<json::Value> decode_value(const AbiTypes& types, std::uint32_t type, ByteView bytes);

} // namespace phala::cli
