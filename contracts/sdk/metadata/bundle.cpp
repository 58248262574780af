#include "metadata/contract_description.hpp"

#include "base/hex.hpp"
#include "base/json.hpp"
#include "crypto/hash.hpp"
#include "runtime/frame/metadata/registry.hpp"

#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

namespace phat::metadata {

namespace json = phala::json;
using types::Kind;
using types::Type;
using types::TypeRef;

namespace {

/// Names in an ink! bundle for what the metadata of this language of types calls by number.
constexpr std::string_view kPrimitives[] = {"bool", "char", "str", "u8",  "u16", "u32",  "u64", "u128",
                                            "u256", "i8",   "i16", "i32", "i64", "i128", "i256"};

json::Array lines(std::string_view docs)
{
    json::Array out;
    if (!docs.empty())
        out.emplace_back(docs);
    return out;
}

json::Array segments(std::string_view path)
{
    json::Array out;
    while (!path.empty()) {
        const auto end = path.find("::");
        out.emplace_back(path.substr(0, end));
        path = end == std::string_view::npos ? std::string_view{} : path.substr(end + 2);
    }
    return out;
}

/// The types that a bundle mentions, each once, by number.
class TypeList {
public:
    std::uint32_t id(TypeRef reference)
    {
        const Type& type = reference();
        const auto [at, fresh] = ids_.try_emplace(&type, static_cast<std::uint32_t>(list_.size()));
        if (fresh) {
            const std::uint32_t number = at->second;
            list_.emplace_back(); // its place, before it mentions itself
            json::Value described = describe(type);
            list_[number]["id"] = number;
            list_[number]["type"] = std::move(described);
        }
        return ids_.at(&type);
    }

    json::Array take() { return std::move(list_); }

private:
    json::Array fields(std::span<const types::Field> fields)
    {
        json::Array out;
        for (const auto& field : fields) {
            json::Value one;
            if (!field.name.empty())
                one["name"] = field.name;
            one["type"] = id(field.type);
            one["typeName"] = types::type_text(field.type());
            out.push_back(std::move(one));
        }
        return out;
    }

    json::Value definition(const Type& type)
    {
        json::Value def;
        switch (type.kind) {
        case Kind::Composite: def["composite"]["fields"] = fields(type.fields); break;
        case Kind::Variant: {
            json::Array variants;
            for (const auto& variant : type.variants) {
                json::Value one;
                one["name"] = variant.name;
                one["index"] = variant.index;
                one["fields"] = fields(variant.fields);
                variants.push_back(std::move(one));
            }
            def["variant"]["variants"] = std::move(variants);
            break;
        }
        case Kind::Sequence: def["sequence"]["type"] = id(type.fields[0].type); break;
        case Kind::Array:
            def["array"]["len"] = type.length;
            def["array"]["type"] = id(type.fields[0].type);
            break;
        case Kind::Tuple: {
            json::Array items;
            for (const auto& field : type.fields)
                items.emplace_back(id(field.type));
            def["tuple"] = std::move(items);
            break;
        }
        case Kind::Primitive: def["primitive"] = kPrimitives[static_cast<std::size_t>(type.primitive)]; break;
        case Kind::Compact: def["compact"]["type"] = id(type.fields[0].type); break;
        case Kind::Era: def["variant"]["variants"] = json::Array{}; break; // no contract's argument
        }
        return def;
    }

    json::Value describe(const Type& type)
    {
        json::Value out;
        out["path"] = segments(type.path);
        json::Array params;
        for (const auto& param : type.params) {
            json::Value one;
            one["name"] = param.name;
            if (param.type != nullptr)
                one["type"] = id(param.type);
            params.push_back(std::move(one));
        }
        out["params"] = std::move(params);
        out["def"] = definition(type);
        return out;
    }

    std::map<const Type*, std::uint32_t> ids_;
    json::Array list_;
};

std::string hex4(const std::array<std::uint8_t, 4>& bytes)
{
    return phala::to_hex0x(bytes);
}

json::Value reference(TypeList& list, TypeRef type)
{
    json::Value out;
    out["type"] = list.id(type);
    const auto path = type().path;
    const auto last = path.rfind("::");
    out["displayName"] =
        json::Array{path.empty() ? json::Value{types::type_text(type())}
                                 : json::Value{last == std::string_view::npos ? path : path.substr(last + 2)}};
    return out;
}

json::Array arguments(TypeList& list, const std::vector<Argument>& arguments, bool of_event)
{
    json::Array out;
    for (const auto& argument : arguments) {
        json::Value one;
        one["label"] = argument.label;
        one["type"] = reference(list, argument.type);
        if (of_event) {
            one["indexed"] = argument.indexed;
            one["docs"] = json::Array{};
        }
        out.push_back(std::move(one));
    }
    return out;
}

json::Array callables(TypeList& list, const std::vector<Callable>& callables, bool messages)
{
    json::Array out;
    for (const auto& callable : callables) {
        json::Value one;
        one["label"] = callable.label;
        one["selector"] = hex4(callable.selector);
        one["args"] = arguments(list, callable.arguments, false);
        one["returnType"] = reference(list, callable.result);
        one["payable"] = callable.payable;
        one["default"] = false;
        if (messages)
            one["mutates"] = callable.mutates;
        one["docs"] = lines(callable.docs);
        out.push_back(std::move(one));
    }
    return out;
}

/// Contracts of this library know no chain extension by type.
enum class NoChainExtension : std::uint8_t {};

json::Value environment(TypeList& list)
{
    json::Value out;
    out["accountId"] = reference(list, types::type_of<AccountId>);
    out["balance"] = reference(list, types::type_of<Balance>);
    out["blockNumber"] = reference(list, types::type_of<BlockNumber>);
    out["hash"] = reference(list, types::type_of<Hash>);
    out["timestamp"] = reference(list, types::type_of<Timestamp>);
    out["chainExtension"] = reference(list, types::type_of<NoChainExtension>);
    out["maxEventTopics"] = 4;
    return out;
}

json::Value storage_layout(TypeList& list, const ContractDescription& contract)
{
    json::Array fields;
    for (const auto& field : contract.storage) {
        json::Value leaf;
        leaf["leaf"]["key"] = hex4(field.key);
        leaf["leaf"]["ty"] = list.id(field.type);
        json::Value one;
        one["name"] = field.name;
        if (field.placed) {
            one["layout"]["root"]["root_key"] = hex4(field.key);
            one["layout"]["root"]["layout"] = std::move(leaf);
        } else {
            one["layout"] = std::move(leaf);
        }
        fields.push_back(std::move(one));
    }
    json::Value out;
    out["root"]["root_key"] = hex4({});
    out["root"]["layout"]["struct"]["name"] = contract.name;
    out["root"]["layout"]["struct"]["fields"] = std::move(fields);
    return out;
}

} // namespace

std::string bundle(const ContractDescription& contract, phala::ByteView wasm)
{
    TypeList list;
    json::Value out;
    out["source"]["hash"] = phala::to_hex0x(phala::crypto::blake2_256(wasm));
    out["source"]["language"] = "C++ 26";
    out["source"]["compiler"] = "clang 22";
    out["source"]["wasm"] = phala::to_hex0x(wasm);
    out["contract"]["name"] = contract.name;
    out["contract"]["version"] = "1.0.0";
    out["contract"]["authors"] = json::Array{};
    json::Value spec;
    spec["constructors"] = callables(list, contract.constructors, false);
    spec["messages"] = callables(list, contract.messages, true);
    json::Array events;
    for (const auto& event : contract.events) {
        json::Value one;
        one["label"] = event.label;
        one["args"] = arguments(list, event.arguments, true);
        one["docs"] = lines(event.docs);
        events.push_back(std::move(one));
    }
    spec["events"] = std::move(events);
    spec["docs"] = lines(contract.docs);
    spec["environment"] = environment(list);
    spec["lang_error"] = reference(list, types::type_of<LangError>);
    out["spec"] = std::move(spec);
    out["storage"] = storage_layout(list, contract);
    out["types"] = list.take();
    out["version"] = "4";
    return json::dump(out, json::Style::Indented);
}

int write_bundle(const ContractDescription& contract, int argc, char** argv)
{
    if (argc != 3) {
        std::cerr << "usage: " << argv[0] << " CODE.wasm OUT.contract\n";
        return 2;
    }
    std::ifstream in{argv[1], std::ios::binary};
    const std::string code{std::istreambuf_iterator<char>{in}, {}};
    if (!in || code.empty()) {
        std::cerr << argv[1] << ": cannot be read; build the wasm preset first\n";
        return 1;
    }
    std::ofstream file{argv[2], std::ios::binary};
    file << bundle(contract, phala::bytes_of(code)) << '\n';
    file.flush();
    if (!file) {
        std::cerr << argv[2] << ": cannot be written\n";
        return 1;
    }
    return 0;
}

} // namespace phat::metadata
