#include "cli/abi_types.hpp"

#include "base/hex.hpp"
#include "crypto/ss58.hpp"
#include "scale/codec.hpp"

#include <algorithm>

namespace phala::cli {

namespace {

/// Walks an encoding along the types of a bundle.
class Decoder {
public:
    Decoder(const AbiTypes& types, ByteView bytes) : types_{types}, in_{bytes} {}

    std::optional<json::Value> value(std::uint32_t id, unsigned depth = 0)
    {
        const auto* def = definition(types_, id);
        if (def == nullptr || depth > kMaxValueDepth || values_++ == kMaxValues)
            return std::nullopt;
        if (is_account(types_.at(id))) {
            ByteArray<32> bytes{};
            return in_.read(bytes.data(), bytes.size()) ? std::optional{json::Value{crypto::address_of(bytes)}}
                                                        : std::nullopt;
        }
        if (const auto* primitive = def->find("primitive"); primitive != nullptr && primitive->string() != nullptr)
            return primitive_value(*primitive->string());
        if (const auto* composite = def->find("composite"))
            return fields(array_member(*composite, "fields"), depth);
        if (const auto* variant = def->find("variant"))
            return variant_value(array_member(*variant, "variants"), depth);
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

    std::optional<json::Value> items(std::uint32_t count, std::uint32_t type, unsigned depth)
    {
        if (is_byte(types_, type)) {
            ByteView bytes;
            return in_.view(bytes, count) ? std::optional{json::Value{to_hex0x(bytes)}} : std::nullopt;
        }
        json::Array out;
        for (std::uint32_t i = 0; i < count; ++i) {
            const auto before = in_.remaining();
            auto item = value(type, depth + 1);
            if (!item || (in_.remaining() == before && i == scale::kMaxEmptyElements))
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
        if (fields.size() == 1 && text_member(fields[0], "name").empty())
            return value(number_of(fields[0].find("type")), depth + 1);
        json::Value out;
        json::Array unnamed;
        for (const auto& field : fields) {
            auto item = value(number_of(field.find("type")), depth + 1);
            if (!item)
                return std::nullopt;
            const auto name = text_member(field, "name");
            if (name.empty())
                unnamed.push_back(std::move(*item));
            else
                out[name] = std::move(*item);
        }
        return unnamed.empty() ? out : json::Value{std::move(unnamed)};
    }

    bool is_option(const json::Array& fields) const
    {
        if (fields.size() != 1)
            return false;
        const auto type = types_.find(number_of(fields[0].find("type")));
        return type != types_.end() && last_segment(type->second) == "Option";
    }

    std::optional<json::Value> variant_value(const json::Array& variants, unsigned depth)
    {
        std::uint8_t index = 0;
        if (!in_.read(&index, 1))
            return std::nullopt;
        for (const auto& variant : variants) {
            if (number_of(variant.find("index")) != index)
                continue;
            auto content = fields(array_member(variant, "fields"), depth);
            if (!content)
                return std::nullopt;
            const auto name = text_member(variant, "name");
            if (name == "None")
                return json::Value{};
            if (name == "Some")
                return content;
            // Ok of nothing is its name alone, and Ok of None is not
            if (content->is_null() && !is_option(array_member(variant, "fields")))
                return json::Value{name};
            json::Value out;
            out[name] = std::move(*content);
            return out;
        }
        return std::nullopt;
    }

    const AbiTypes& types_;
    scale::Reader in_;
    std::size_t values_ = 0;
};

} // namespace

std::optional<std::vector<json::Value>> decode_values(const AbiTypes& types, const std::vector<std::uint32_t>& wanted,
                                                      ByteView bytes)
{
    Decoder decoder{types, bytes};
    std::vector<json::Value> out;
    for (const auto type : wanted) {
        auto value = decoder.value(type);
        if (!value)
            return std::nullopt;
        out.push_back(std::move(*value));
    }
    return decoder.at_end() ? std::optional{std::move(out)} : std::nullopt;
}

std::optional<json::Value> decode_value(const AbiTypes& types, std::uint32_t type, ByteView bytes)
{
    Decoder decoder{types, bytes};
    auto value = decoder.value(type);
    return value && decoder.at_end() ? std::move(value) : std::nullopt;
}

} // namespace phala::cli
