#include "node/chain/spec.hpp"

#include <array>

namespace phala::node {

namespace {

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

bool ChainSpec::is_for_development() const
{
    const auto* type = chain_type.string();
    return type != nullptr && (*type == "Development" || *type == "Local");
}

ChainSpec development_spec(Bytes code)
{
    return built_in(std::move(code), "Phala Development", "dev", "Development", "development");
}

ChainSpec local_spec(Bytes code)
{
    return built_in(std::move(code), "Phala Local Testnet", "local_testnet", "Local", "local_testnet");
}

std::span<const BuiltInChain> built_in_chains()
{
    static constexpr std::array<BuiltInChain, 4> kChains{{
        {"dev", "khala_runtime.wasm", development_spec},
        {"local", "khala_runtime.wasm", local_spec},
        {"phala-dev", "phala_runtime.wasm",
         [](Bytes code) {
             return built_in(std::move(code), "Phala 2035 Development", "phala_dev", "Development", "development");
         }},
        {"phala-local", "phala_runtime.wasm",
         [](Bytes code) {
             return built_in(std::move(code), "Phala 2035 Local Testnet", "phala_local_testnet", "Local",
                             "local_testnet");
         }},
    }};
    return kChains;
}

} // namespace phala::node
