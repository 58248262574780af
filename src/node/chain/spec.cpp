#include "node/chain/spec.hpp"

#include "base/hex.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

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

Outcome<Bytes> hex_bytes(std::string_view text, std::string_view where)
{
    auto bytes = from_hex(text);
    if (!bytes)
        return fail(ChainError::BadSpec, std::string{where} + ": " + bytes.error().message());
    return bytes;
}

/// The member if it is there and not null; it must be a string.
Outcome<std::optional<std::string>> optional_text(const json::Value& spec, std::string_view name)
{
    const auto* value = spec.find(name);
    if (value == nullptr || value->is_null())
        return std::nullopt;
    PHALA_TRY(auto text, text_member(spec, name));
    return text;
}

/// The member if it is there and not null, as `kind` gives it; else null pointer.
template <class T>
Outcome<const T*> optional_member(const json::Value& spec, std::string_view name, const T* (json::Value::*kind)() const,
                                  std::string_view what)
{
    const auto* value = spec.find(name);
    if (value == nullptr || value->is_null())
        return nullptr;
    const T* found = (value->*kind)();
    if (found == nullptr)
        return fail(ChainError::BadSpec, "\"" + std::string{name} + "\" must be " + std::string{what});
    return found;
}

Outcome<Entries> hex_map(const json::Value& value, const std::string& where)
{
    const auto* object = value.object();
    if (object == nullptr)
        return fail(ChainError::BadSpec, where + " must be an object");
    Entries out;
    for (const auto& member : *object) {
        if (member.value.string() == nullptr)
            return fail(ChainError::BadSpec, where + " holds a value that is no string");
        PHALA_TRY(Bytes key, hex_bytes(member.name, "a key of " + where));
        PHALA_TRY(Bytes bytes, hex_bytes(*member.value.string(), "a value of " + where));
        out.insert_or_assign(std::move(key), std::move(bytes));
    }
    return out;
}

/// The id names a folder, so it must not lead out of its parent.
Outcome<> check_id(std::string_view id)
{
    constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    if (id.empty() || id.size() > 128 || id.front() == '.' || id.find_first_not_of(kAllowed) != std::string_view::npos)
        return fail(ChainError::BadSpec,
                    "\"id\" is made of letters, digits, '_', '-' and '.', and does not begin with '.'");
    return {};
}

Outcome<BlockNumber> block_number(const json::Value* value)
{
    const auto* number = value == nullptr ? nullptr : value->integer();
    if (number == nullptr || number->negative || number->magnitude > std::numeric_limits<BlockNumber>::max())
        return fail(ChainError::BadSpec, "a block number is not one");
    return static_cast<BlockNumber>(number->magnitude);
}

Outcome<H256> block_hash(const json::Value* value)
{
    const auto* text = value == nullptr ? nullptr : value->string();
    if (text == nullptr)
        return fail(ChainError::BadSpec, "a block hash is no string");
    PHALA_TRY(const auto hash, hex_bytes(*text, "a block hash"));
    if (hash.size() != 32)
        return fail(ChainError::BadSpec, "a block hash has not 32 bytes");
    return H256{array_of<32>(hash)};
}

Outcome<> read_network(ChainSpec& spec, const json::Value& json)
{
    PHALA_TRY(const auto* nodes, optional_member(json, "bootNodes", &json::Value::array, "an array"));
    if (nodes != nullptr)
        for (const auto& node : *nodes) {
            if (node.string() == nullptr)
                return fail(ChainError::BadSpec, "\"bootNodes\" holds a value that is no string");
            spec.boot_nodes.push_back(*node.string());
        }
    PHALA_TRY(const auto* telemetry, optional_member(json, "telemetryEndpoints", &json::Value::array, "an array"));
    if (telemetry != nullptr)
        spec.telemetry_endpoints = *telemetry;
    PHALA_TRY(spec.protocol_id, optional_text(json, "protocolId"));
    PHALA_TRY(spec.fork_id, optional_text(json, "forkId"));
    return {};
}

Outcome<> read_consensus(ChainSpec& spec, const json::Value& json)
{
    PHALA_TRY(const auto* substitutes, optional_member(json, "codeSubstitutes", &json::Value::object, "an object"));
    if (substitutes != nullptr)
        for (const auto& [name, value] : *substitutes) {
            BlockNumber number = 0;
            const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
            if (error != std::errc{} || end != name.data() + name.size() || value.string() == nullptr)
                return fail(ChainError::BadSpec, "\"codeSubstitutes\" maps block numbers to code in hex");
            PHALA_TRY(spec.code_substitutes[number], hex_bytes(*value.string(), "codeSubstitutes"));
        }
    PHALA_TRY(const auto* forks, optional_member(json, "forkBlocks", &json::Value::array, "an array"));
    if (forks != nullptr)
        for (const auto& fork : *forks) {
            const auto* pair = fork.array();
            if (pair == nullptr || pair->size() != 2)
                return fail(ChainError::BadSpec, "\"forkBlocks\" holds pairs of number and hash");
            PHALA_TRY(const auto number, block_number(&(*pair)[0]));
            PHALA_TRY(const auto hash, block_hash(&(*pair)[1]));
            spec.fork_blocks.emplace_back(number, hash);
        }
    PHALA_TRY(const auto* bad, optional_member(json, "badBlocks", &json::Value::array, "an array"));
    if (bad != nullptr)
        for (const auto& value : *bad) {
            PHALA_TRY(const auto hash, block_hash(&value));
            spec.bad_blocks.push_back(hash);
        }
    return {};
}

/// Members that are read into fields of their own.
constexpr std::array<std::string_view, 12> kKnown{
    "name",   "id",         "chainType",       "bootNodes",  "telemetryEndpoints", "protocolId",
    "forkId", "properties", "codeSubstitutes", "forkBlocks", "badBlocks",          "genesis"};

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
    PHALA_TRY(spec.raw, hex_map(*top, "genesis.raw.top"));
    const std::string where = "genesis.raw.childrenDefault";
    if (children != nullptr && !children->is_null()) {
        if (children->object() == nullptr)
            return fail(ChainError::BadSpec, where + " must be an object");
        for (const auto& [name, entries] : *children->object()) {
            PHALA_TRY(Bytes child, hex_bytes(name, "a name in " + where));
            PHALA_TRY(spec.raw_children[std::move(child)], hex_map(entries, where + "." + name));
        }
    }
    spec.is_raw = true;
    return {};
}

Outcome<> read_runtime(ChainSpec& spec, const json::Value& genesis)
{
    PHALA_TRY(auto code, text_member(genesis, "code"));
    PHALA_TRY(spec.code, hex_bytes(code, "genesis.runtimeGenesis.code"));
    PHALA_TRY(spec.preset, optional_text(genesis, "configPreset"));
    PHALA_TRY(const auto* patch, optional_member(genesis, "patch", &json::Value::object, "an object"));
    if (patch != nullptr)
        spec.patch = *patch;
    PHALA_TRY(const auto* config, optional_member(genesis, "config", &json::Value::object, "an object"));
    if (config == nullptr)
        return {};
    if (patch != nullptr || spec.preset)
        return fail(ChainError::BadSpec, "genesis.runtimeGenesis has a whole \"config\" and a change to one: keep one");
    spec.config = *config;
    return {};
}

/// The form from before GenesisBuilder: a whole configuration, with the code in that of the pallet System.
Outcome<> read_old_runtime(ChainSpec& spec, const json::Value& runtime)
{
    const auto* system = runtime.find("system");
    const auto* code = system == nullptr ? nullptr : system->find("code");
    if (code == nullptr || code->string() == nullptr)
        return fail(ChainError::BadSpec, "genesis.runtime.system.code is missing");
    PHALA_TRY(spec.code, hex_bytes(*code->string(), "genesis.runtime.system.code"));
    spec.config = runtime;
    std::erase_if(*spec.config["system"].object(), [](const json::Member& member) { return member.name == "code"; });
    return {};
}

Outcome<> read_genesis(ChainSpec& spec, const json::Value& genesis)
{
    if (const auto* raw = genesis.find("raw"))
        return read_raw(spec, *raw);
    if (const auto* runtime = genesis.find("runtimeGenesis"))
        return read_runtime(spec, *runtime);
    if (const auto* runtime = genesis.find("runtime"))
        return read_old_runtime(spec, *runtime);
    if (genesis.find("stateRootHash") != nullptr)
        return fail(ChainError::BadSpec,
                    "\"genesis\" holds only the state's root: this is the form for light clients, use the raw one");
    return fail(ChainError::BadSpec, "\"genesis\" holds neither \"raw\" nor \"runtimeGenesis\"");
}

json::Object hex_object(const Entries& map)
{
    json::Object out;
    for (const auto& [key, value] : map)
        out.push_back({to_hex0x(key), to_hex0x(value)});
    return out;
}

json::Value header_of(const ChainSpec& spec)
{
    json::Value out{json::Object{}};
    out["name"] = spec.name;
    out["id"] = spec.id;
    out["chainType"] = spec.chain_type;
    json::Array nodes;
    for (const auto& node : spec.boot_nodes)
        nodes.emplace_back(node);
    out["bootNodes"] = std::move(nodes);
    out["telemetryEndpoints"] = spec.telemetry_endpoints;
    out["protocolId"] = spec.protocol_id ? json::Value{*spec.protocol_id} : json::Value{};
    if (spec.fork_id)
        out["forkId"] = *spec.fork_id;
    out["properties"] = spec.properties;
    json::Array forks;
    for (const auto& [number, hash] : spec.fork_blocks)
        forks.emplace_back(json::Array{number, to_hex0x(hash)});
    if (!forks.empty())
        out["forkBlocks"] = std::move(forks);
    json::Array bad;
    for (const auto& hash : spec.bad_blocks)
        bad.emplace_back(to_hex0x(hash));
    if (!bad.empty())
        out["badBlocks"] = std::move(bad);
    for (const auto& [name, value] : spec.extensions)
        out[name] = value;
    out["codeSubstitutes"] = json::Object{};
    for (const auto& [number, code] : spec.code_substitutes)
        out["codeSubstitutes"][std::to_string(number)] = to_hex0x(code);
    return out;
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
    PHALA_CHECK(check_id(spec.id));
    PHALA_CHECK(read_network(spec, json));
    PHALA_CHECK(read_consensus(spec, json));
    for (const auto& member : *json.object())
        if (std::ranges::find(kKnown, member.name) == kKnown.end())
            spec.extensions.push_back(member);
    const auto* genesis = json.find("genesis");
    if (genesis == nullptr)
        return fail(ChainError::BadSpec, "\"genesis\" is missing");
    PHALA_CHECK(read_genesis(spec, *genesis));
    return spec;
}

std::string print_chain_spec(const ChainSpec& spec)
{
    if (spec.is_raw)
        return print_raw_chain_spec(spec, spec.raw, spec.raw_children);
    json::Value out = header_of(spec);
    json::Value& genesis = out["genesis"]["runtimeGenesis"];
    genesis["code"] = to_hex0x(spec.code);
    if (spec.preset)
        genesis["configPreset"] = *spec.preset;
    if (!spec.patch.is_null())
        genesis["patch"] = spec.patch;
    if (!spec.config.is_null())
        genesis["config"] = spec.config;
    return json::dump(out, json::Style::Indented);
}

std::string print_raw_chain_spec(const ChainSpec& spec, const Entries& state, const ChildEntries& children)
{
    json::Value out = header_of(spec);
    auto& raw = out["genesis"]["raw"];
    raw["top"] = hex_object(state);
    json::Object of_children;
    for (const auto& [name, entries] : children)
        of_children.push_back({to_hex0x(name), hex_object(entries)});
    raw["childrenDefault"] = std::move(of_children);
    return json::dump(out, json::Style::Indented);
}

} // namespace phala::node
