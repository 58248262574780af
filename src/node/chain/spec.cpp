#include "node/chain/spec.hpp"

#include "base/hex.hpp"

namespace phala::node {

namespace {

constexpr std::size_t kMaxSpecBytes = 256U << 20U; // relay chains' specifications are tens of megabytes

Outcome<std::string> text_member(const json::Value& spec, std::string_view name)
{
    const auto* value = spec.find(name);
    if (value == nullptr || value->string() == nullptr)
        return fail(ChainError::BadSpec, "\"" + std::string{name} + "\" must be a string");
    return *value->string();
}

Outcome<std::map<Bytes, Bytes>> hex_map(const json::Value& value)
{
    const auto* object = value.object();
    if (object == nullptr)
        return fail(ChainError::BadSpec, "genesis.raw.top must be an object");
    std::map<Bytes, Bytes> out;
    for (const auto& member : *object) {
        if (member.value.string() == nullptr)
            return fail(ChainError::BadSpec, "genesis.raw.top holds a value that is no string");
        PHALA_TRY(Bytes key, from_hex(member.name));
        PHALA_TRY(Bytes bytes, from_hex(*member.value.string()));
        out.insert_or_assign(std::move(key), std::move(bytes));
    }
    return out;
}

Outcome<> read_raw(ChainSpec& spec, const json::Value& raw)
{
    const json::Value* top = raw.find("top");
    const json::Value* children = raw.find("childrenDefault");
    if (const auto* pair = raw.array(); pair != nullptr && !pair->empty()) { // the old form: [top, children]
        top = &(*pair)[0];
        children = pair->size() > 1 ? &(*pair)[1] : nullptr;
    }
    if (top == nullptr)
        return fail(ChainError::BadSpec, "genesis.raw.top is missing");
    if (children != nullptr && children->object() != nullptr && !children->object()->empty())
        return fail(ChainError::BadSpec, "genesis.raw.childrenDefault is not empty: this node has no child tries");
    PHALA_TRY(spec.raw, hex_map(*top));
    spec.is_raw = true;
    return {};
}

Outcome<> read_runtime(ChainSpec& spec, const json::Value& genesis)
{
    PHALA_TRY(auto code, text_member(genesis, "code"));
    PHALA_TRY(spec.code, from_hex(code));
    if (genesis.find("config") != nullptr)
        return fail(
            ChainError::BadSpec,
            "genesis.runtimeGenesis.config is not supported: give the difference from the default as \"patch\"");
    if (const auto* preset = genesis.find("configPreset"); preset != nullptr && preset->string() != nullptr)
        spec.preset = *preset->string();
    if (const auto* patch = genesis.find("patch"); patch != nullptr)
        spec.patch = *patch;
    return {};
}

json::Value header_of(const ChainSpec& spec)
{
    json::Value out{json::Object{}};
    out["name"] = spec.name;
    out["id"] = spec.id;
    out["chainType"] = spec.chain_type;
    out["bootNodes"] = json::Array{};
    out["telemetryEndpoints"] = nullptr;
    out["protocolId"] = nullptr;
    out["properties"] = spec.properties;
    out["codeSubstitutes"] = json::Object{};
    return out;
}

ChainSpec built_in(Bytes code, std::string name, std::string id, std::string type, std::string preset)
{
    ChainSpec spec;
    spec.name = std::move(name);
    spec.id = std::move(id);
    spec.chain_type = json::Value{std::move(type)};
    spec.properties = json::Object{};
    spec.properties["ss58Format"] = 30;
    spec.properties["tokenDecimals"] = 12;
    spec.properties["tokenSymbol"] = "PHA";
    spec.code = std::move(code);
    spec.preset = std::move(preset);
    return spec;
}

} // namespace

Outcome<ChainSpec> parse_chain_spec(std::string_view text)
{
    PHALA_TRY(auto json, json::parse(text, {.bytes = kMaxSpecBytes}));
    if (json.object() == nullptr)
        return fail(ChainError::BadSpec, "it is no JSON object");
    ChainSpec spec;
    PHALA_TRY(spec.name, text_member(json, "name"));
    PHALA_TRY(spec.id, text_member(json, "id"));
    const auto* type = json.find("chainType");
    spec.chain_type = type == nullptr ? json::Value{"Live"} : *type;
    const auto* properties = json.find("properties");
    spec.properties =
        properties == nullptr || properties->object() == nullptr ? json::Value{json::Object{}} : *properties;
    const auto* genesis = json.find("genesis");
    if (genesis == nullptr)
        return fail(ChainError::BadSpec, "\"genesis\" is missing");
    if (const auto* raw = genesis->find("raw"))
        PHALA_CHECK(read_raw(spec, *raw));
    else if (const auto* runtime = genesis->find("runtimeGenesis"))
        PHALA_CHECK(read_runtime(spec, *runtime));
    else
        return fail(ChainError::BadSpec, "\"genesis\" holds neither \"raw\" nor \"runtimeGenesis\"");
    return spec;
}

ChainSpec development_spec(Bytes code)
{
    return built_in(std::move(code), "Phala Development", "dev", "Development", "development");
}

ChainSpec local_spec(Bytes code)
{
    return built_in(std::move(code), "Phala Local Testnet", "local_testnet", "Local", "local_testnet");
}

std::string print_chain_spec(const ChainSpec& spec)
{
    if (spec.is_raw)
        return print_raw_chain_spec(spec, spec.raw);
    json::Value out = header_of(spec);
    json::Value& genesis = out["genesis"]["runtimeGenesis"];
    genesis["code"] = to_hex0x(spec.code);
    if (spec.preset)
        genesis["configPreset"] = *spec.preset;
    if (!spec.patch.is_null())
        genesis["patch"] = spec.patch;
    return json::dump(out, json::Style::Indented);
}

std::string print_raw_chain_spec(const ChainSpec& spec, const std::map<Bytes, Bytes>& state)
{
    json::Object top;
    for (const auto& [key, value] : state)
        top.push_back({to_hex0x(key), to_hex0x(value)});
    json::Value out = header_of(spec);
    out["genesis"]["raw"]["top"] = std::move(top);
    out["genesis"]["raw"]["childrenDefault"] = json::Object{};
    return json::dump(out, json::Style::Indented);
}

} // namespace phala::node
