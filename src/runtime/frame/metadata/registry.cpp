#include "runtime/frame/metadata/registry.hpp"

namespace phala::runtime::metadata {
namespace {

std::vector<std::string_view> split(std::string_view text, std::string_view separator)
{
    std::vector<std::string_view> out;
    while (!text.empty()) {
        const std::size_t end = text.find(separator);
        out.push_back(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + separator.size());
    }
    return out;
}

void encode_strings(scale::Writer& out, const std::vector<std::string_view>& strings)
{
    scale::encode_compact(out, strings.size());
    for (auto one : strings)
        encode_to(out, one);
}

std::string joined(std::span<const Field> fields)
{
    std::string out;
    for (const auto& field : fields)
        out.append(out.empty() ? "" : ", ").append(type_text(field.type()));
    return out;
}

} // namespace

void encode_docs(scale::Writer& out, std::string_view docs)
{
    encode_strings(out, split(docs, "\n"));
}

void encode_id(scale::Writer& out, std::uint32_t id)
{
    scale::encode_compact(out, id);
}

std::string type_text(const Type& type)
{
    constexpr std::string_view primitives[] = {"bool", "char", "str", "u8",  "u16", "u32",  "u64", "u128",
                                               "u256", "i8",   "i16", "i32", "i64", "i128", "i256"};
    switch (type.kind) {
    case Kind::Primitive: {
        const auto name = primitives[static_cast<std::size_t>(type.primitive)];
        return name == "str" ? "String" : std::string{name};
    }
    case Kind::Sequence: return "Vec<" + joined(type.fields) + ">";
    case Kind::Array: return "[" + joined(type.fields) + "; " + std::to_string(type.length) + "]";
    case Kind::Tuple: return "(" + joined(type.fields) + ")";
    case Kind::Compact: return joined(type.fields); // that it is compact is told by the type itself
    case Kind::Composite:
    case Kind::Variant:
    case Kind::Era: break;
    }
    std::string out{type.path.substr(type.path.rfind(':') + 1)}; // npos + 1 is the whole
    if (type.path.find(':') != std::string_view::npos)
        return out;
    std::string inner; // only of the prelude's types (Option, Result, BTreeMap) are arguments part of the text
    for (const auto& parameter : type.params)
        inner.append(inner.empty() ? "" : ", ").append(type_text(parameter.type()));
    return inner.empty() ? out : out + "<" + inner + ">";
}

std::uint32_t Registry::id(TypeRef reference)
{
    const Type& type = reference();
    const auto [entry, is_new] = ids_.try_emplace(&type, static_cast<std::uint32_t>(types_.size()));
    const std::uint32_t id = entry->second;
    if (is_new) {
        types_.emplace_back(); // its place is taken before its parts are listed: it may contain itself
        Bytes encoded;
        scale::Writer out{encoded};
        describe(out, type);
        types_[id] = std::move(encoded);
    }
    return id;
}

void Registry::encode(scale::Writer& out) const
{
    scale::encode_compact(out, types_.size());
    for (std::size_t id = 0; id < types_.size(); ++id) {
        scale::encode_compact(out, id);
        out.write(types_[id]);
    }
}

void Registry::describe(scale::Writer& out, const Type& type)
{
    encode_strings(out, split(type.path, "::"));
    scale::encode_compact(out, type.params.size());
    for (const auto& parameter : type.params) {
        encode_to(out, parameter.name);
        encode_to(out, parameter.type != nullptr);
        if (parameter.type != nullptr)
            encode_id(out, id(parameter.type));
    }

    const auto kind = static_cast<std::uint8_t>(type.kind == Kind::Era ? Kind::Variant : type.kind);
    out.byte(kind);
    switch (type.kind) {
    case Kind::Composite: encode_fields(out, type.fields); break;
    case Kind::Variant:
        scale::encode_compact(out, type.variants.size());
        for (const auto& variant : type.variants) {
            encode_to(out, variant.name);
            encode_fields(out, variant.fields);
            out.byte(variant.index);
            encode_docs(out, variant.docs);
        }
        break;
    case Kind::Sequence:
    case Kind::Compact: encode_id(out, id(type.fields[0].type)); break;
    case Kind::Array:
        encode_to(out, type.length);
        encode_id(out, id(type.fields[0].type));
        break;
    case Kind::Tuple:
        scale::encode_compact(out, type.fields.size());
        for (const auto& field : type.fields)
            encode_id(out, id(field.type));
        break;
    case Kind::Primitive: encode_to(out, type.primitive); break;
    case Kind::Era: {
        static constexpr Field second{{}, type_of<std::uint8_t>};
        scale::encode_compact(out, 256U);
        for (unsigned index = 0; index < 256; ++index) {
            encode_to(out, index == 0 ? std::string{"Immortal"} : "Mortal" + std::to_string(index));
            encode_fields(out, index == 0 ? std::span<const Field>{} : std::span{&second, 1});
            out.byte(static_cast<std::uint8_t>(index));
            encode_docs(out, {});
        }
        break;
    }
    }
    encode_docs(out, type.docs);
}

void Registry::encode_fields(scale::Writer& out, std::span<const Field> fields)
{
    scale::encode_compact(out, fields.size());
    for (const auto& field : fields) {
        encode_to(out, !field.name.empty());
        if (!field.name.empty())
            encode_to(out, field.name);
        encode_id(out, id(field.type));
        const std::string text = type_text(field.type());
        encode_to(out, !text.empty());
        if (!text.empty())
            encode_to(out, text);
        encode_docs(out, {});
    }
}

} // namespace phala::runtime::metadata
