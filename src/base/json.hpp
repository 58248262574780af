#pragma once
// A small bounded JSON. Integers keep 128 bits (balances do not fit a double); fractions are refused.
// Used for genesis inside the runtime blob, and by whoever describes types in JSON (scale/json.hpp).
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace phala::json {

enum class JsonError : std::uint8_t {
    UnexpectedEnd,
    UnexpectedCharacter,
    BadLiteral,
    BadNumber,
    NumberTooLarge,
    BadString,
    BadEscape,
    BadUtf8,
    DuplicateName,
    TooDeep,
    TooLarge,
    TrailingText,
};
std::string_view describe(JsonError error);

/// An integer of at most 128 bits of magnitude. Zero is never negative.
struct Integer {
    u128 magnitude = 0;
    bool negative = false;

    constexpr Integer() = default;
    template <class Int>
        requires(std::is_integral_v<Int> && !std::is_same_v<Int, bool>)
    constexpr Integer(Int value) : magnitude{static_cast<u128>(value)} // implicit: a number is an Integer
    {
        if constexpr (std::is_signed_v<Int>) {
            if (value < 0) {
                magnitude = -magnitude;
                negative = true;
            }
        }
    }
    friend bool operator==(const Integer&, const Integer&) = default;
};

class Value;
struct Member;
using Array = std::vector<Value>;
/// Members in the order of the text; names are unique.
using Object = std::vector<Member>;

class Value {
public:
    Value();
    Value(std::nullptr_t);
    template <class Bool>
        requires std::is_same_v<Bool, bool>
    Value(Bool value) : value_{value} // a template, so that pointers do not turn into booleans
    {
    }
    template <class Int>
        requires(std::is_integral_v<Int> && !std::is_same_v<Int, bool>)
    Value(Int value) : Value{Integer{value}}
    {
    }
    Value(Integer value);
    Value(std::string value);
    Value(std::string_view value);
    Value(const char* value);
    Value(Array value);
    Value(Object value);
    Value(const Value&);
    Value(Value&&) noexcept;
    Value& operator=(const Value&);
    Value& operator=(Value&&) noexcept;
    ~Value();

    [[nodiscard]] bool is_null() const { return value_.index() == 0; }
    [[nodiscard]] const bool* boolean() const { return std::get_if<bool>(&value_); }
    [[nodiscard]] const Integer* integer() const { return std::get_if<Integer>(&value_); }
    [[nodiscard]] const std::string* string() const { return std::get_if<std::string>(&value_); }
    [[nodiscard]] const Array* array() const { return std::get_if<Array>(&value_); }
    [[nodiscard]] const Object* object() const { return std::get_if<Object>(&value_); }
    [[nodiscard]] Array* array() { return std::get_if<Array>(&value_); }
    [[nodiscard]] Object* object() { return std::get_if<Object>(&value_); }

    /// The member of that name; null where this is no object or has no such member.
    [[nodiscard]] const Value* find(std::string_view name) const;

    /// The member of that name, made (null) if it is missing. A value that is no object becomes one.
    Value& operator[](std::string_view name);

    /// What it is, for messages: "null", "a boolean", "an integer", "a string", "an array", "an object".
    [[nodiscard]] std::string_view kind() const;

    friend bool operator==(const Value&, const Value&);

private:
    std::variant<std::monostate, bool, Integer, std::string, Array, Object> value_;
};

struct Member {
    std::string name;
    Value value;
    friend bool operator==(const Member&, const Member&) = default;
};

/// What a text may demand of the reader.
struct Limits {
    std::size_t depth = 64;
    std::size_t bytes = 32 * 1024 * 1024;
};

/// The value of a text that holds exactly one. Errors name line and column.
Outcome<Value> parse(std::string_view text, Limits limits = {});

enum class Style : std::uint8_t { Compact, Indented };
std::string dump(const Value& value, Style style = Style::Compact);

/// JSON Merge Patch (RFC 7396): objects merge member by member, null removes, everything else replaces.
void merge_patch(Value& target, const Value& patch);

} // namespace phala::json
