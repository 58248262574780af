#include "cli/abi_types.hpp"

#include <algorithm>
#include <array>

namespace phala::cli {

const AbiInteger* integer_type(std::string_view name)
{
    static constexpr std::array kIntegers{AbiInteger{"u8", 1, false},    AbiInteger{"u16", 2, false},
                                          AbiInteger{"u32", 4, false},   AbiInteger{"u64", 8, false},
                                          AbiInteger{"u128", 16, false}, AbiInteger{"i8", 1, true},
                                          AbiInteger{"i16", 2, true},    AbiInteger{"i32", 4, true},
                                          AbiInteger{"i64", 8, true},    AbiInteger{"i128", 16, true}};
    const auto found = std::ranges::find(kIntegers, name, &AbiInteger::name);
    return found == kIntegers.end() ? nullptr : &*found;
}

std::string text_member(const json::Value& object, std::string_view name)
{
    const auto* value = object.find(name);
    return value != nullptr && value->string() != nullptr ? *value->string() : std::string{};
}

std::uint32_t number_of(const json::Value* value)
{
    const auto* integer = value == nullptr ? nullptr : value->integer();
    return integer == nullptr || integer->negative || integer->magnitude > kNoType
               ? kNoType
               : static_cast<std::uint32_t>(integer->magnitude);
}

const json::Array& array_member(const json::Value& object, std::string_view name)
{
    static const json::Array kNone;
    const auto* value = object.find(name);
    return value != nullptr && value->array() != nullptr ? *value->array() : kNone;
}

const json::Value* definition(const AbiTypes& types, std::uint32_t id)
{
    const auto found = types.find(id);
    return found == types.end() ? nullptr : found->second.find("def");
}

std::string_view last_segment(const json::Value& type)
{
    const auto& path = array_member(type, "path");
    return path.empty() || path.back().string() == nullptr ? std::string_view{} : *path.back().string();
}

bool is_account(const json::Value& type)
{
    return last_segment(type) == "AccountId32" || last_segment(type) == "AccountId";
}

bool is_byte(const AbiTypes& types, std::uint32_t id)
{
    const auto* def = definition(types, id);
    return def != nullptr && text_member(*def, "primitive") == "u8";
}

} // namespace phala::cli
