#include "base/json.hpp"

#include "base/decimal.hpp"
#include "base/utf8.hpp"

#include <algorithm>

namespace phala::json {

std::string_view describe(JsonError error)
{
    switch (error) {
    case JsonError::UnexpectedEnd: return "JSON text ends too early";
    case JsonError::UnexpectedCharacter: return "JSON text has a character that does not belong there";
    case JsonError::BadLiteral: return "JSON knows only the words null, true and false";
    case JsonError::BadNumber:
        return "JSON number is not an integer in plain digits (fractions and exponents are not read)";
    case JsonError::NumberTooLarge: return "JSON integer has more than 128 bits";
    case JsonError::BadString: return "JSON string holds a control character; write it as an escape";
    case JsonError::BadEscape: return "JSON string has an escape that does not exist";
    case JsonError::BadUtf8: return "JSON text is not UTF-8";
    case JsonError::DuplicateName: return "JSON object has a name twice";
    case JsonError::TooDeep: return "JSON text nests too deeply";
    case JsonError::TooLarge: return "JSON text is too long";
    case JsonError::TrailingText: return "JSON text goes on behind its value";
    }
    return "JSON";
}

// Out of line: an object's members are complete only behind the class.
Value::Value() = default;
Value::Value(std::nullptr_t) {}
Value::Value(Integer value) : value_{value} {}
Value::Value(std::string value) : value_{std::move(value)} {}
Value::Value(std::string_view value) : value_{std::string{value}} {}
Value::Value(const char* value) : value_{std::string{value}} {}
Value::Value(const Value&) = default;
Value::Value(Value&&) noexcept = default;
Value& Value::operator=(const Value&) = default;
Value& Value::operator=(Value&&) noexcept = default;
Value::~Value() = default;
Value::Value(Array value) : value_{std::move(value)} {}
Value::Value(Object value) : value_{std::move(value)} {}

bool operator==(const Value& a, const Value& b)
{
    return a.value_ == b.value_;
}

const Value* Value::find(std::string_view name) const
{
    if (const Object* members = object())
        for (const auto& member : *members)
            if (member.name == name)
                return &member.value;
    return nullptr;
}

Value& Value::operator[](std::string_view name)
{
    if (object() == nullptr)
        value_ = Object{};
    for (auto& member : *object())
        if (member.name == name)
            return member.value;
    return object()->emplace_back(std::string{name}, Value{}).value;
}

std::string_view Value::kind() const
{
    constexpr std::string_view names[] = {"null", "a boolean", "an integer", "a string", "an array", "an object"};
    return names[value_.index()];
}

namespace {

class Parser {
public:
    Parser(std::string_view text, Limits limits) : text_{text}, limits_{limits} {}

    Outcome<Value> whole()
    {
        if (text_.size() > limits_.bytes)
            return fail(JsonError::TooLarge,
                        std::to_string(text_.size()) + " bytes, at most " + std::to_string(limits_.bytes));
        if (!is_utf8(bytes_of(text_)))
            return fail(JsonError::BadUtf8);
        PHALA_TRY(Value value, this->value(0));
        space();
        if (at_ != text_.size())
            return refuse(JsonError::TrailingText);
        return value;
    }

private:
    std::unexpected<Error> refuse(JsonError error) const
    {
        const std::string_view before = text_.substr(0, at_);
        const auto line = 1 + std::count(before.begin(), before.end(), '\n');
        const std::size_t last = before.rfind('\n');
        const std::size_t column = at_ - (last == std::string_view::npos ? 0 : last + 1) + 1;
        return fail(error, "line " + std::to_string(line) + ", column " + std::to_string(column));
    }

    std::unexpected<Error> unexpected() const
    {
        return refuse(at_ == text_.size() ? JsonError::UnexpectedEnd : JsonError::UnexpectedCharacter);
    }

    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    void space()
    {
        while (at_ < text_.size() && (peek() == ' ' || peek() == '\n' || peek() == '\t' || peek() == '\r'))
            ++at_;
    }

    bool take(char c)
    {
        space();
        if (peek() != c || at_ == text_.size())
            return false;
        ++at_;
        return true;
    }

    Outcome<Value> value(std::size_t depth)
    {
        if (depth > limits_.depth)
            return refuse(JsonError::TooDeep);
        space();
        switch (peek()) {
        case '{': return object(depth);
        case '[': return array(depth);
        case '"': {
            PHALA_TRY(std::string text, string());
            return Value{std::move(text)};
        }
        case 'n': return word("null", Value{});
        case 't': return word("true", Value{true});
        case 'f': return word("false", Value{false});
        default: break;
        }
        if (peek() == '-' || is_digit(peek()))
            return number();
        return unexpected();
    }

    static bool is_digit(char c) { return c >= '0' && c <= '9'; }

    Outcome<Value> word(std::string_view expected, Value value)
    {
        if (!text_.substr(at_).starts_with(expected))
            return refuse(JsonError::BadLiteral);
        at_ += expected.size();
        return value;
    }

    Outcome<Value> number()
    {
        const std::size_t start = at_;
        const bool negative = peek() == '-';
        if (negative)
            ++at_;
        const std::size_t first = at_;
        while (is_digit(peek()))
            ++at_;
        const std::string_view digits = text_.substr(first, at_ - first);
        const bool goes_on = peek() == '.' || peek() == 'e' || peek() == 'E';
        if (digits.empty() || (digits.size() > 1 && digits[0] == '0') || goes_on) {
            at_ = start;
            return refuse(JsonError::BadNumber);
        }
        const auto magnitude = from_decimal(digits);
        if (!magnitude) {
            at_ = start;
            return refuse(JsonError::NumberTooLarge);
        }
        Integer integer{*magnitude};
        integer.negative = negative && *magnitude != 0;
        return Value{integer};
    }

    Outcome<std::string> string()
    {
        std::string out;
        ++at_; // the quote
        while (true) {
            const std::size_t start = at_;
            while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\'
                   && static_cast<unsigned char>(text_[at_]) >= 0x20)
                ++at_;
            out.append(text_.substr(start, at_ - start));
            if (at_ == text_.size())
                return refuse(JsonError::UnexpectedEnd);
            if (text_[at_] == '"') {
                ++at_;
                return out;
            }
            if (text_[at_] != '\\')
                return refuse(JsonError::BadString);
            PHALA_CHECK(escape(out));
        }
    }

    Outcome<> escape(std::string& out)
    {
        constexpr std::string_view letters = "\"\\/bfnrt";
        constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        ++at_;
        if (at_ == text_.size())
            return refuse(JsonError::UnexpectedEnd);
        const char letter = text_[at_];
        if (letter == 'u')
            return unicode(out);
        const std::size_t which = letters.find(letter);
        if (which == std::string_view::npos)
            return refuse(JsonError::BadEscape);
        out.push_back(meanings[which]);
        ++at_;
        return {};
    }

    Outcome<std::uint32_t> four_digits() // at_ stands on the u
    {
        if (text_.size() - at_ < 5)
            return refuse(JsonError::UnexpectedEnd);
        std::uint32_t code = 0;
        for (char c : text_.substr(at_ + 1, 4)) {
            const auto lower = static_cast<char>(c | 0x20);
            if (!is_digit(c) && (lower < 'a' || lower > 'f'))
                return refuse(JsonError::BadEscape);
            code = code * 16 + static_cast<std::uint32_t>(is_digit(c) ? c - '0' : lower - 'a' + 10);
        }
        at_ += 5;
        return code;
    }

    Outcome<> unicode(std::string& out)
    {
        PHALA_TRY(std::uint32_t code, four_digits());
        if (code >= 0xd800 && code < 0xe000) { // past U+FFFF a character is two escapes
            if (code >= 0xdc00 || !text_.substr(at_).starts_with("\\u"))
                return refuse(JsonError::BadEscape);
            ++at_;
            PHALA_TRY(const std::uint32_t low, four_digits());
            if (low < 0xdc00 || low >= 0xe000)
                return refuse(JsonError::BadEscape);
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        }
        const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
        if (code < 0x80) {
            put(code);
        } else if (code < 0x800) {
            put(0xc0 | code >> 6);
            put(0x80 | (code & 0x3f));
        } else if (code < 0x10000) {
            put(0xe0 | code >> 12);
            put(0x80 | (code >> 6 & 0x3f));
            put(0x80 | (code & 0x3f));
        } else {
            put(0xf0 | code >> 18);
            put(0x80 | (code >> 12 & 0x3f));
            put(0x80 | (code >> 6 & 0x3f));
            put(0x80 | (code & 0x3f));
        }
        return {};
    }

    Outcome<Value> array(std::size_t depth)
    {
        ++at_;
        Array items;
        if (take(']'))
            return Value{std::move(items)};
        while (true) {
            PHALA_TRY(Value item, value(depth + 1));
            items.push_back(std::move(item));
            if (take(']'))
                return Value{std::move(items)};
            if (!take(','))
                return unexpected();
        }
    }

    Outcome<Value> object(std::size_t depth)
    {
        ++at_;
        Object members;
        if (take('}'))
            return Value{std::move(members)};
        while (true) {
            space();
            if (peek() != '"')
                return unexpected();
            PHALA_TRY(std::string name, string());
            if (!take(':'))
                return unexpected();
            PHALA_TRY(Value item, value(depth + 1));
            members.push_back({std::move(name), std::move(item)});
            if (take('}'))
                return unique(std::move(members));
            if (!take(','))
                return unexpected();
        }
    }

    Outcome<Value> unique(Object members) const
    {
        std::vector<std::string_view> names;
        names.reserve(members.size());
        for (const auto& member : members)
            names.push_back(member.name);
        std::sort(names.begin(), names.end());
        if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end()) {
            std::unexpected<Error> error = refuse(JsonError::DuplicateName);
            return std::unexpected{
                std::move(error.error()).at("\"" + std::string{*twice} + "\" in the object that ends at")};
        }
        return Value{std::move(members)};
    }

    std::string_view text_;
    Limits limits_;
    std::size_t at_ = 0;
};

class Printer {
public:
    Printer(std::string& out, Style style) : out_{out}, style_{style} {}

    void value(const Value& value, std::size_t depth)
    {
        if (const bool* truth = value.boolean())
            out_ += *truth ? "true" : "false";
        else if (const Integer* integer = value.integer())
            out_ += (integer->negative ? "-" : "") + to_decimal(integer->magnitude);
        else if (const std::string* text = value.string())
            string(*text);
        else if (const Array* items = value.array())
            list('[', ']', *items, depth, [&](const Value& item) { this->value(item, depth + 1); });
        else if (const Object* members = value.object())
            list('{', '}', *members, depth, [&](const Member& member) {
                string(member.name);
                out_ += style_ == Style::Indented ? ": " : ":";
                this->value(member.value, depth + 1);
            });
        else
            out_ += "null";
    }

private:
    template <class Items, class Print>
    void list(char open, char close, const Items& items, std::size_t depth, Print print)
    {
        out_ += open;
        bool first = true;
        for (const auto& item : items) {
            if (!first)
                out_ += ',';
            first = false;
            line(depth + 1);
            print(item);
        }
        if (!items.empty())
            line(depth);
        out_ += close;
    }

    void line(std::size_t depth)
    {
        if (style_ == Style::Compact)
            return;
        out_ += '\n';
        out_.append(2 * depth, ' ');
    }

    void string(std::string_view text)
    {
        constexpr std::string_view digits = "0123456789abcdef";
        out_ += '"';
        for (char c : text) {
            const auto code = static_cast<unsigned char>(c);
            if (c == '"' || c == '\\') {
                out_ += '\\';
                out_ += c;
            } else if (c == '\n') {
                out_ += "\\n";
            } else if (code < 0x20) {
                out_ += "\\u00";
                out_ += digits[code >> 4];
                out_ += digits[code & 15];
            } else {
                out_ += c;
            }
        }
        out_ += '"';
    }

    std::string& out_;
    Style style_;
};

} // namespace

Outcome<Value> parse(std::string_view text, Limits limits)
{
    return Parser{text, limits}.whole();
}

std::string dump(const Value& value, Style style)
{
    std::string out;
    Printer{out, style}.value(value, 0);
    return out;
}

void merge_patch(Value& target, const Value& patch)
{
    const Object* changes = patch.object();
    if (changes == nullptr) {
        target = patch;
        return;
    }
    if (target.object() == nullptr)
        target = Value{Object{}};
    for (const auto& [name, value] : *changes) {
        if (value.is_null())
            std::erase_if(*target.object(), [&](const Member& member) { return member.name == name; });
        else
            merge_patch(target[name], value);
    }
}

} // namespace phala::json
