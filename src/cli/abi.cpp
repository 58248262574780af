#include "cli/abi.hpp"

#include "base/hex.hpp"
#include "crypto/key_pair.hpp"
#include "crypto/ss58.hpp"
#include "scale/codec.hpp"

#include <algorithm>
#include <array>

namespace phala::cli {

std::string_view describe(AbiError error)
{
    switch (error) {
    case AbiError::BadBundle: return "the file is no contract bundle of version 4";
    case AbiError::UnknownName: return "the contract has no such message";
    case AbiError::WrongArguments: return "the message takes other arguments";
    case AbiError::BadValue: return "a value does not fit its type";
    case AbiError::BadAnswer: return "the answer does not fit the type in the bundle";
    }
    return "abi";
}

namespace {

constexpr unsigned kMaxDepth = 32;

struct Primitive {
    std::string_view name;
    std::size_t size;
    bool is_signed;
};
constexpr std::array kIntegers{Primitive{"u8", 1, false},  Primitive{"u16", 2, false},   Primitive{"u32", 4, false},
                               Primitive{"u64", 8, false}, Primitive{"u128", 16, false}, Primitive{"i8", 1, true},
                               Primitive{"i16", 2, true},  Primitive{"i32", 4, true},    Primitive{"i64", 8, true},
                               Primitive{"i128", 16, true}};

const Primitive* integer_type(std::string_view name)
{
    const auto found =
        std::find_if(kIntegers.begin(), kIntegers.end(), [&](const auto& one) { return one.name == name; });
    return found == kIntegers.end() ? nullptr : &*found;
}

std::string text_of_member(const json::Value& object, std::string_view name)
{
    const auto* value = object.find(name);
    return value != nullptr && value->string() != nullptr ? *value->string() : std::string{};
}

std::uint32_t number_of(const json::Value* value)
{
    return value != nullptr && value->integer() != nullptr ? static_cast<std::uint32_t>(value->integer()->magnitude)
                                                           : 0;
}

const json::Array& array_of_member(const json::Value& object, std::string_view name)
{
    static const json::Array kNone;
    const auto* value = object.find(name);
    return value != nullptr && value->array() != nullptr ? *value->array() : kNone;
}

std::unexpected<Error> bad_value(std::string_view expected, const json::Value& got)
{
    return fail(AbiError::BadValue, "expected " + std::string{expected} + ", got " + std::string{got.kind()});
}

bool is_account(const json::Value& type)
{
    const auto& path = array_of_member(type, "path");
    return !path.empty() && path.back().string() != nullptr
           && (*path.back().string() == "AccountId32" || *path.back().string() == "AccountId");
}

bool is_hash(const json::Value& type)
{
    const auto& path = array_of_member(type, "path");
    return !path.empty() && path.back().string() != nullptr
           && (*path.back().string() == "H256" || *path.back().string() == "Hash");
}

/// An address, 0x hex, or the secret URI of a development account.
Outcome<ByteArray<32>> account_of(const std::string& text)
{
    if (text.starts_with("//")) {
        PHALA_TRY(const auto pair, crypto::KeyPair::from_uri(text));
        return pair.account();
    }
    return crypto::parse_account(text);
}

void append_integer(Bytes& out, const json::Integer& integer, std::size_t size)
{
    const u128 value = integer.negative ? -integer.magnitude : integer.magnitude;
    const auto bytes = le_bytes(value);
    append(out, ByteView{bytes}.first(size));
}

bool fits(const json::Integer& integer, const Primitive& type)
{
    if (integer.negative && !type.is_signed)
        return false;
    const unsigned bits = static_cast<unsigned>(type.size) * 8 - (type.is_signed ? 1 : 0);
    if (bits >= 128)
        return true;
    const u128 limit = u128{1} << bits;
    return integer.negative ? integer.magnitude <= limit : integer.magnitude < limit;
}

/// What a person wrote: JSON, or else a text.
json::Value value_of_text(const std::string& text)
{
    auto parsed = json::parse(text, {.depth = kMaxDepth, .bytes = 1U << 20U});
    return parsed ? std::move(*parsed) : json::Value{text};
}

/// Walks an encoding along the types of a bundle.
class Decoder {
public:
    Decoder(const std::map<std::uint32_t, json::Value>& types, ByteView bytes) : types_{types}, in_{bytes} {}

    std::optional<json::Value> value(std::uint32_t id, unsigned depth = 0)
    {
        const auto found = types_.find(id);
        if (found == types_.end() || depth > kMaxDepth)
            return std::nullopt;
        const auto& type = found->second;
        const auto* def = type.find("def");
        if (def == nullptr)
            return std::nullopt;
        if (is_account(type)) {
            ByteArray<32> bytes{};
            return in_.read(bytes.data(), bytes.size()) ? std::optional{json::Value{crypto::address_of(bytes)}}
                                                        : std::nullopt;
        }
        if (const auto* primitive = def->find("primitive"); primitive != nullptr && primitive->string() != nullptr)
            return primitive_value(*primitive->string());
        if (const auto* composite = def->find("composite"))
            return fields(array_of_member(*composite, "fields"), depth);
        if (const auto* variant = def->find("variant"))
            return variant_value(array_of_member(*variant, "variants"), depth);
        if (const auto* tuple = def->find("tuple"); tuple != nullptr && tuple->array() != nullptr)
            return tuple_value(*tuple->array(), depth);
        if (const auto* array = def->find("array"))
            return items(number_of(array->find("len")), number_of(array->find("type")), depth);
        if (const auto* sequence = def->find("sequence")) {
            u128 count = 0;
            if (!scale::decode_compact(in_, count) || count > in_.remaining() + scale::kMaxEmptyElements)
                return std::nullopt;
            return items(static_cast<std::uint32_t>(count), number_of(sequence->find("type")), depth);
        }
        if (def->find("compact") != nullptr) {
            u128 number = 0;
            return scale::decode_compact(in_, number) ? std::optional{json::Value{json::Integer{number}}}
                                                      : std::nullopt;
        }
        return std::nullopt;
    }

    [[nodiscard]] bool at_end() const { return in_.remaining() == 0; }

private:
    std::optional<json::Value> primitive_value(std::string_view name)
    {
        if (const auto* integer = integer_type(name)) {
            ByteArray<16> raw{};
            if (!in_.read(raw.data(), integer->size))
                return std::nullopt;
            const bool negative = integer->is_signed && (raw[integer->size - 1] & 0x80) != 0;
            if (negative)
                std::fill(raw.begin() + static_cast<std::ptrdiff_t>(integer->size), raw.end(), std::uint8_t{0xff});
            const u128 value = from_le<u128>(raw);
            json::Integer out;
            out.magnitude = negative ? -value : value;
            out.negative = negative;
            return json::Value{out};
        }
        if (name == "bool") {
            bool value = false;
            return scale::decode_from(in_, value) ? std::optional{json::Value{value}} : std::nullopt;
        }
        std::string text;
        return name == "str" && scale::decode_from(in_, text) ? std::optional{json::Value{std::move(text)}}
                                                              : std::nullopt;
    }

    bool is_byte(std::uint32_t id) const
    {
        const auto found = types_.find(id);
        const auto* def = found == types_.end() ? nullptr : found->second.find("def");
        return def != nullptr && text_of_member(*def, "primitive") == "u8";
    }

    std::optional<json::Value> items(std::uint32_t count, std::uint32_t type, unsigned depth)
    {
        if (is_byte(type)) {
            ByteView bytes;
            return in_.view(bytes, count) ? std::optional{json::Value{to_hex0x(bytes)}} : std::nullopt;
        }
        json::Array out;
        for (std::uint32_t i = 0; i < count; ++i) {
            auto item = value(type, depth + 1);
            if (!item)
                return std::nullopt;
            out.push_back(std::move(*item));
        }
        return json::Value{std::move(out)};
    }

    std::optional<json::Value> tuple_value(const json::Array& types, unsigned depth)
    {
        json::Array out;
        for (const auto& type : types) {
            auto item = value(number_of(&type), depth + 1);
            if (!item)
                return std::nullopt;
            out.push_back(std::move(*item));
        }
        return out.empty() ? json::Value{} : json::Value{std::move(out)};
    }

    std::optional<json::Value> fields(const json::Array& fields, unsigned depth)
    {
        if (fields.empty())
            return json::Value{};
        if (fields.size() == 1 && text_of_member(fields[0], "name").empty())
            return value(number_of(fields[0].find("type")), depth + 1);
        json::Value out;
        json::Array unnamed;
        for (const auto& field : fields) {
            auto item = value(number_of(field.find("type")), depth + 1);
            if (!item)
                return std::nullopt;
            const auto name = text_of_member(field, "name");
            if (name.empty())
                unnamed.push_back(std::move(*item));
            else
                out[name] = std::move(*item);
        }
        return unnamed.empty() ? out : json::Value{std::move(unnamed)};
    }

    std::optional<json::Value> variant_value(const json::Array& variants, unsigned depth)
    {
        std::uint8_t index = 0;
        if (!in_.read(&index, 1))
            return std::nullopt;
        for (const auto& variant : variants) {
            if (number_of(variant.find("index")) != index)
                continue;
            auto content = fields(array_of_member(variant, "fields"), depth);
            if (!content)
                return std::nullopt;
            const auto name = text_of_member(variant, "name");
            if (name == "None")
                return json::Value{};
            if (name == "Some")
                return content;
            if (content->is_null())
                return json::Value{name};
            json::Value out;
            out[name] = std::move(*content);
            return out;
        }
        return std::nullopt;
    }

    const std::map<std::uint32_t, json::Value>& types_;
    scale::Reader in_;
};

Outcome<std::vector<Abi::Message>> callables(const json::Value& spec, std::string_view kind)
{
    std::vector<Abi::Message> out;
    for (const auto& entry : array_of_member(spec, kind)) {
        Abi::Message message;
        message.label = text_of_member(entry, "label");
        PHALA_TRY(message.selector, from_hex(text_of_member(entry, "selector")));
        if (message.label.empty() || message.selector.size() != 4)
            return fail(AbiError::BadBundle, std::string{kind});
        for (const auto& argument : array_of_member(entry, "args")) {
            const auto* type = argument.find("type");
            if (type == nullptr)
                return fail(AbiError::BadBundle, message.label);
            const auto& display = array_of_member(*type, "displayName");
            message.arguments.push_back(
                {text_of_member(argument, "label"), number_of(type->find("type")),
                 display.empty() || display.back().string() == nullptr ? "" : *display.back().string()});
        }
        if (const auto* result = entry.find("returnType"))
            message.result = number_of(result->find("type"));
        const auto* mutates = entry.find("mutates");
        message.mutates = mutates == nullptr || mutates->boolean() == nullptr || *mutates->boolean();
        const auto& docs = array_of_member(entry, "docs");
        if (!docs.empty() && docs[0].string() != nullptr)
            message.docs = *docs[0].string();
        out.push_back(std::move(message));
    }
    return out;
}

} // namespace

Outcome<Abi> Abi::parse(std::string_view text)
{
    PHALA_TRY(const auto bundle, json::parse(text));
    const auto* spec = bundle.find("spec");
    const auto* contract = bundle.find("contract");
    if (spec == nullptr || contract == nullptr || text_of_member(bundle, "version") != "4")
        return fail(AbiError::BadBundle);
    Abi abi;
    abi.name_ = text_of_member(*contract, "name");
    if (const auto* source = bundle.find("source")) {
        PHALA_TRY(abi.code_, from_hex(text_of_member(*source, "wasm")));
    }
    PHALA_TRY(abi.constructors_, callables(*spec, "constructors"));
    PHALA_TRY(abi.messages_, callables(*spec, "messages"));
    for (const auto& entry : array_of_member(bundle, "types"))
        if (const auto* type = entry.find("type"))
            abi.types_.emplace(number_of(entry.find("id")), *type);
    return abi;
}

Outcome<const Abi::Message*> Abi::find(const std::vector<Message>& list, std::string_view label) const
{
    std::string known;
    for (const auto& message : list) {
        if (message.label == label)
            return &message;
        known += (known.empty() ? "" : ", ") + message.label;
    }
    return fail(AbiError::UnknownName, std::string{label} + "; " + name_ + " has " + known);
}

Outcome<Bytes> Abi::encode(const Message& message, const std::vector<std::string>& arguments) const
{
    if (arguments.size() != message.arguments.size()) {
        std::string wanted;
        for (const auto& argument : message.arguments)
            wanted += " " + argument.label + ":" + argument.type_name;
        return fail(AbiError::WrongArguments, message.label + " takes" + (wanted.empty() ? " none" : wanted));
    }
    Bytes out = message.selector;
    for (std::size_t i = 0; i < arguments.size(); ++i)
        if (auto encoded = encode_value(out, message.arguments[i].type, value_of_text(arguments[i])); !encoded)
            return fail(std::move(encoded), message.arguments[i].label);
    return out;
}

Outcome<> Abi::encode_value(Bytes& out, std::uint32_t id, const json::Value& value) const
{
    const auto found = types_.find(id);
    const auto* def = found == types_.end() ? nullptr : found->second.find("def");
    if (def == nullptr)
        return fail(AbiError::BadBundle, "type " + std::to_string(id));
    scale::Writer writer{out};
    if (is_account(found->second)) {
        if (value.string() == nullptr)
            return bad_value("an account", value);
        PHALA_TRY(const auto account, account_of(*value.string()));
        writer.write(account);
        return {};
    }
    if (const auto* primitive = def->find("primitive"); primitive != nullptr && primitive->string() != nullptr) {
        const auto& name = *primitive->string();
        if (const auto* integer = integer_type(name)) {
            if (value.integer() == nullptr || !fits(*value.integer(), *integer))
                return bad_value("an integer that fits " + name, value);
            append_integer(out, *value.integer(), integer->size);
            return {};
        }
        if (name == "bool" && value.boolean() != nullptr) {
            writer.byte(*value.boolean() ? 1 : 0);
            return {};
        }
        if (name == "str" && value.string() != nullptr) {
            scale::encode_to(writer, *value.string());
            return {};
        }
        return bad_value(name, value);
    }
    const auto encode_fields = [&](const json::Array& fields, const json::Value& content) -> Outcome<> {
        if (fields.size() == 1 && text_of_member(fields[0], "name").empty())
            return encode_value(out, number_of(fields[0].find("type")), content);
        std::size_t at = 0;
        for (const auto& field : fields) {
            const auto name = text_of_member(field, "name");
            const json::Value* part = name.empty() ? nullptr : content.find(name);
            if (name.empty() && content.array() != nullptr && at < content.array()->size())
                part = &(*content.array())[at];
            if (part == nullptr)
                return fail(AbiError::BadValue, "missing " + (name.empty() ? "field " + std::to_string(at) : name));
            PHALA_CHECK(encode_value(out, number_of(field.find("type")), *part));
            ++at;
        }
        return {};
    };
    if (const auto* composite = def->find("composite")) {
        if (is_hash(found->second) && value.string() != nullptr) {
            PHALA_TRY(const auto hash, array_from_hex<32>(*value.string()));
            writer.write(hash);
            return {};
        }
        return encode_fields(array_of_member(*composite, "fields"), value);
    }
    if (const auto* variant = def->find("variant")) {
        std::string name;
        json::Value content;
        const auto& path = array_of_member(found->second, "path");
        const bool option = !path.empty() && path.back().string() != nullptr && *path.back().string() == "Option";
        if (option) {
            name = value.is_null() ? "None" : "Some";
            content = value;
        } else if (value.string() != nullptr) {
            name = *value.string();
        } else if (value.object() != nullptr && value.object()->size() == 1) {
            name = value.object()->front().name;
            content = value.object()->front().value;
        } else {
            return bad_value("the name of a variant, or {\"Name\": content}", value);
        }
        for (const auto& one : array_of_member(*variant, "variants")) {
            if (text_of_member(one, "name") != name)
                continue;
            writer.byte(static_cast<std::uint8_t>(number_of(one.find("index"))));
            return encode_fields(array_of_member(one, "fields"), content);
        }
        return fail(AbiError::BadValue, "no variant " + name);
    }
    const auto encode_items = [&](std::uint32_t type, const json::Value& items,
                                  std::optional<std::uint32_t> length) -> Outcome<> {
        if (items.string() != nullptr) { // bytes
            PHALA_TRY(const auto bytes, from_hex(*items.string()));
            if (length && *length != bytes.size())
                return fail(AbiError::BadValue, "expected " + std::to_string(*length) + " bytes");
            if (!length)
                scale::encode_compact(writer, bytes.size());
            writer.write(bytes);
            return {};
        }
        if (items.array() == nullptr || (length && *length != items.array()->size()))
            return bad_value(length ? "an array of " + std::to_string(*length) : "an array or 0x bytes", items);
        if (!length)
            scale::encode_compact(writer, items.array()->size());
        for (const auto& item : *items.array())
            PHALA_CHECK(encode_value(out, type, item));
        return {};
    };
    if (const auto* sequence = def->find("sequence"))
        return encode_items(number_of(sequence->find("type")), value, std::nullopt);
    if (const auto* array = def->find("array"))
        return encode_items(number_of(array->find("type")), value, number_of(array->find("len")));
    if (const auto* tuple = def->find("tuple"); tuple != nullptr && tuple->array() != nullptr) {
        if (tuple->array()->empty())
            return {};
        if (value.array() == nullptr || value.array()->size() != tuple->array()->size())
            return bad_value("an array of " + std::to_string(tuple->array()->size()), value);
        for (std::size_t i = 0; i < tuple->array()->size(); ++i)
            PHALA_CHECK(encode_value(out, number_of(&(*tuple->array())[i]), (*value.array())[i]));
        return {};
    }
    if (def->find("compact") != nullptr && value.integer() != nullptr && !value.integer()->negative) {
        scale::encode_compact(writer, value.integer()->magnitude);
        return {};
    }
    return bad_value("another kind of value", value);
}

Outcome<json::Value> Abi::decode(std::uint32_t type, ByteView bytes) const
{
    Decoder decoder{types_, bytes};
    auto value = decoder.value(type);
    if (!value || !decoder.at_end())
        return fail(AbiError::BadAnswer, to_hex0x(bytes.first(std::min<std::size_t>(bytes.size(), 64))));
    return std::move(*value);
}

} // namespace phala::cli
