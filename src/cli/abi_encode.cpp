#include "cli/abi_types.hpp"

#include "base/hex.hpp"
#include "crypto/key_pair.hpp"
#include "crypto/ss58.hpp"
#include "scale/codec.hpp"

#include <algorithm>

namespace phala::cli {

namespace {

std::unexpected<Error> bad_value(std::string_view expected, const json::Value& got)
{
    return fail(AbiError::BadValue, "expected " + std::string{expected} + ", got " + std::string{got.kind()});
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

bool fits(const json::Integer& integer, const AbiInteger& type)
{
    if (integer.negative && !type.is_signed)
        return false;
    const unsigned bits = static_cast<unsigned>(type.size) * 8 - (type.is_signed ? 1 : 0);
    if (bits >= 128)
        return true;
    const u128 limit = u128{1} << bits;
    return integer.negative ? integer.magnitude <= limit : integer.magnitude < limit;
}

class Encoder {
public:
    Encoder(const AbiTypes& types, Bytes& out) : types_{types}, out_{out}, writer_{out} {}

    Outcome<> value(std::uint32_t id, const json::Value& value, unsigned depth)
    {
        const auto* def = definition(types_, id);
        if (def == nullptr)
            return fail(AbiError::BadBundle, "it has no type " + std::to_string(id));
        if (depth > kMaxValueDepth)
            return fail(AbiError::BadValue, "it is nested too deeply");
        const auto& type = types_.at(id);
        if (is_account(type))
            return account(value);
        if (const auto* primitive = def->find("primitive"); primitive != nullptr && primitive->string() != nullptr)
            return this->primitive(*primitive->string(), value);
        if (const auto* composite = def->find("composite"))
            return this->composite(type, array_member(*composite, "fields"), value, depth);
        if (const auto* variant = def->find("variant"))
            return this->variant(type, array_member(*variant, "variants"), value, depth);
        if (const auto* sequence = def->find("sequence"))
            return items(number_of(sequence->find("type")), value, std::nullopt, depth);
        if (const auto* array = def->find("array"))
            return items(number_of(array->find("type")), value, number_of(array->find("len")), depth);
        if (const auto* tuple = def->find("tuple"); tuple != nullptr && tuple->array() != nullptr)
            return this->tuple(*tuple->array(), value, depth);
        if (def->find("compact") != nullptr) {
            if (value.integer() == nullptr || value.integer()->negative)
                return bad_value("an integer from 0 on", value);
            scale::encode_compact(writer_, value.integer()->magnitude);
            return {};
        }
        return fail(AbiError::BadBundle, "type " + std::to_string(id) + " is of no kind that is known");
    }

private:
    Outcome<> account(const json::Value& value)
    {
        if (value.string() == nullptr)
            return bad_value("an account", value);
        PHALA_TRY(const auto account, account_of(*value.string()));
        writer_.write(account);
        return {};
    }

    Outcome<> primitive(const std::string& name, const json::Value& value)
    {
        if (const auto* integer = integer_type(name)) {
            if (value.integer() == nullptr)
                return bad_value(name, value);
            if (!fits(*value.integer(), *integer))
                return fail(AbiError::BadValue, json::dump(value) + " does not fit " + name);
            const u128 number = value.integer()->negative ? -value.integer()->magnitude : value.integer()->magnitude;
            const auto bytes = le_bytes(number);
            append(out_, ByteView{bytes}.first(integer->size));
            return {};
        }
        if (name == "bool" && value.boolean() != nullptr) {
            writer_.byte(*value.boolean() ? 1 : 0);
            return {};
        }
        if (name == "str" && value.string() != nullptr) {
            scale::encode_to(writer_, *value.string());
            return {};
        }
        return bad_value(name, value);
    }

    Outcome<> fields(const json::Array& fields, const json::Value& content, unsigned depth)
    {
        if (fields.empty())
            return content.is_null() ? Outcome<>{} : bad_value("nothing", content);
        const bool named = !text_member(fields[0], "name").empty();
        if (!named && fields.size() == 1)
            return value(number_of(fields[0].find("type")), content, depth + 1);
        if (!named)
            return each(fields, content, depth, [](const json::Value& field) { return number_of(field.find("type")); });
        if (content.object() == nullptr)
            return bad_value("an object", content);
        for (const auto& field : fields) {
            const auto name = text_member(field, "name");
            const auto* part = content.find(name);
            if (part == nullptr)
                return fail(AbiError::BadValue, "missing " + name);
            if (auto encoded = value(number_of(field.find("type")), *part, depth + 1); !encoded)
                return fail(std::move(encoded), name);
        }
        for (const auto& member : *content.object())
            if (std::ranges::none_of(fields,
                                     [&](const auto& field) { return text_member(field, "name") == member.name; }))
                return fail(AbiError::BadValue, "unknown " + member.name);
        return {};
    }

    Outcome<> composite(const json::Value& type, const json::Array& members, const json::Value& value, unsigned depth)
    {
        const auto name = last_segment(type);
        if ((name != "H256" && name != "Hash") || value.string() == nullptr)
            return fields(members, value, depth);
        PHALA_TRY(const auto hash, array_from_hex<32>(*value.string()));
        writer_.write(hash);
        return {};
    }

    Outcome<> variant(const json::Value& type, const json::Array& variants, const json::Value& value, unsigned depth)
    {
        std::string name;
        json::Value content;
        if (last_segment(type) == "Option") {
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
        std::string known;
        for (const auto& one : variants) {
            const auto label = text_member(one, "name");
            if (label != name) {
                known += (known.empty() ? "" : ", ") + label;
                continue;
            }
            const auto index = number_of(one.find("index"));
            if (index > 0xff)
                return fail(AbiError::BadBundle, "the index of " + name);
            writer_.byte(static_cast<std::uint8_t>(index));
            return fields(array_member(one, "fields"), content, depth);
        }
        return fail(AbiError::BadValue, "no variant " + name + "; there are " + known);
    }

    Outcome<> items(std::uint32_t type, const json::Value& items, std::optional<std::uint32_t> length, unsigned depth)
    {
        if (items.string() != nullptr && is_byte(types_, type)) {
            PHALA_TRY(const auto bytes, from_hex(*items.string()));
            if (length && *length != bytes.size())
                return fail(AbiError::BadValue,
                            "expected " + std::to_string(*length) + " bytes, got " + std::to_string(bytes.size()));
            if (!length)
                scale::encode_compact(writer_, bytes.size());
            writer_.write(bytes);
            return {};
        }
        if (items.array() == nullptr)
            return bad_value(is_byte(types_, type) ? "0x bytes or an array" : "an array", items);
        if (length && *length != items.array()->size())
            return fail(AbiError::BadValue, "expected " + std::to_string(*length) + " elements, got "
                                                + std::to_string(items.array()->size()));
        if (!length)
            scale::encode_compact(writer_, items.array()->size());
        for (const auto& item : *items.array())
            PHALA_CHECK(value(type, item, depth + 1));
        return {};
    }

    Outcome<> tuple(const json::Array& members, const json::Value& value, unsigned depth)
    {
        if (members.empty())
            return value.is_null() ? Outcome<>{} : bad_value("null", value);
        return each(members, value, depth, [](const json::Value& member) { return number_of(&member); });
    }

    /// An array with one element for each member.
    template <class TypeOf>
    Outcome<> each(const json::Array& members, const json::Value& values, unsigned depth, TypeOf type_of)
    {
        if (values.array() == nullptr || values.array()->size() != members.size())
            return bad_value("an array of " + std::to_string(members.size()), values);
        for (std::size_t i = 0; i < members.size(); ++i)
            PHALA_CHECK(value(type_of(members[i]), (*values.array())[i], depth + 1));
        return {};
    }

    const AbiTypes& types_;
    Bytes& out_;
    scale::Writer writer_;
};

} // namespace

Outcome<> encode_value(const AbiTypes& types, Bytes& out, std::uint32_t type, const json::Value& value, unsigned depth)
{
    return Encoder{types, out}.value(type, value, depth);
}

} // namespace phala::cli
