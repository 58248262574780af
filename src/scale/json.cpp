#include "scale/json.hpp"

#include "base/decimal.hpp"

#include <algorithm>

namespace phala::json {

std::string_view describe(ShapeError error)
{
    switch (error) {
    case ShapeError::WrongKind: return "JSON value is of the wrong kind";
    case ShapeError::OutOfRange: return "JSON integer is out of range";
    case ShapeError::UnknownName: return "no variant has this name";
    case ShapeError::MissingMember: return "member is missing";
    case ShapeError::UnknownMember: return "no such member";
    case ShapeError::WrongLength: return "JSON value has the wrong length";
    case ShapeError::BadText: return "JSON text is not what belongs there";
    }
    return "JSON";
}

std::string camel_case(std::string_view name)
{
    std::string out;
    bool upper = false;
    for (char c : name) {
        if (c == '_')
            upper = !out.empty();
        else
            out.push_back(std::exchange(upper, false) && c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c);
    }
    return out;
}

namespace detail {

std::unexpected<Error> wrong_kind(std::string_view expected, const Value& got)
{
    return fail(ShapeError::WrongKind, "expected " + std::string{expected} + ", got " + std::string{got.kind()});
}

std::unexpected<Error> inside(std::string_view place, Error error)
{
    return std::unexpected<Error>{std::move(error).at(place)};
}

std::unexpected<Error> inside(std::size_t index, Error error)
{
    return inside("[" + std::to_string(index) + "]", std::move(error));
}

Outcome<u128> read_unsigned(const Value& value, u128 max)
{
    if (value.integer() == nullptr)
        return wrong_kind("an integer", value);
    const auto [magnitude, negative] = *value.integer();
    if (negative || magnitude > max)
        return fail(ShapeError::OutOfRange, "expected 0 to " + to_decimal(max) + ", got " + dump(value));
    return magnitude;
}

Outcome<i128> read_signed(const Value& value, i128 min, i128 max)
{
    if (value.integer() == nullptr)
        return wrong_kind("an integer", value);
    const auto [magnitude, negative] = *value.integer();
    const u128 limit = negative ? -static_cast<u128>(min) : static_cast<u128>(max);
    if (magnitude > limit)
        return fail(ShapeError::OutOfRange, dump(value));
    return static_cast<i128>(negative ? -magnitude : magnitude);
}

Outcome<> read_bytes(const Value& value, std::span<std::uint8_t> out)
{
    if (value.string() == nullptr)
        return wrong_kind("bytes as 0x hex", value);
    PHALA_TRY(const Bytes bytes, from_hex(*value.string()));
    if (bytes.size() != out.size())
        return fail(ShapeError::WrongLength,
                    std::to_string(bytes.size()) + " bytes, expected " + std::to_string(out.size()));
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return {};
}

Outcome<const Array*> array_of(const Value& value, std::optional<std::size_t> size)
{
    if (value.array() == nullptr)
        return wrong_kind("an array", value);
    if (size && value.array()->size() != *size)
        return fail(ShapeError::WrongLength,
                    std::to_string(value.array()->size()) + " elements, expected " + std::to_string(*size));
    return value.array();
}

Outcome<const Object*> object_of(const Value& value)
{
    if (value.object() == nullptr)
        return wrong_kind("an object", value);
    return value.object();
}

std::string name_of(std::string_view field, const Options& options)
{
    return options.naming == Naming::CamelCase ? camel_case(field) : std::string{field};
}

} // namespace detail
} // namespace phala::json
