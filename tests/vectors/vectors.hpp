#pragma once
// The known answers beside this file, read from JSON.
#include "base/bytes.hpp"
#include "base/json.hpp"

#include <map>

namespace phala::vectors {

using json::Value;

/// The section of that name in substrate.json; ends the program where there is none.
const Value& section(std::string_view name);

/// A whole file of this folder.
Value load(std::string_view file);

/// Members of an object that must be there and of that kind.
const Value& member(const Value& object, std::string_view name);
const json::Array& list(const Value& object, std::string_view name);
std::string text(const Value& object, std::string_view name);
std::uint64_t number(const Value& object, std::string_view name);
bool flag(const Value& object, std::string_view name);
Bytes bytes(const Value& object, std::string_view name);

bool has(const Value& object, std::string_view name);

/// Elements and strings taken as they are.
const json::Array& items(const Value& value);
const std::string& string(const Value& value);
/// Hex digits with or without 0x.
Bytes bytes(const Value& value);

/// [[key, value], …] of hex strings.
std::map<Bytes, Bytes> map(const Value& pairs);

} // namespace phala::vectors
