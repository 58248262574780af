#include "runtime/composition/presets.hpp"

#include "primitives/types.hpp"

namespace phala::runtime::composition {
namespace {

constexpr Balance kEndowment = Balance{1'000'000} * 1'000'000'000'000; // 1,000,000 PHA

constexpr DevelopmentAccount kAccounts[] = {
    {"//Alice", "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"},
    {"//Alice//stash", "0xbe5ddb1579b72e84524fc29e78609e3caf42e85aa118ebfe0b0ad404b5bdd25f"},
    {"//Bob", "0x8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"},
    {"//Bob//stash", "0xfe65717dad0447d715f660a0a58411de509b42e6efb8375f562f58a554d5860e"},
    {"//Charlie", "0x90b5ab205c6974c9ea841be688864633dc9ca8a357843eeacf2314649965fe22"},
    {"//Charlie//stash", "0x1e07379407fecc4b89eb7dbd287c2c781cfb1907a96947a3eb18e4f8e7198625"},
    {"//Dave", "0x306721211d5404bd9da88e0204360a1a9ab8b87c66c1bc2fcdd37f3c2222cc20"},
    {"//Dave//stash", "0xe860f1b1c7227f7c22602f53f15af80747814dffd839719731ee3bba6edc126c"},
    {"//Eve", "0xe659a7a1628cdd93febc04a4e0646ea20e9f5f0ce097d9a05290d4a9e054df4e"},
    {"//Eve//stash", "0x8ac59e11963af19174d0b94d5d78041c233f55d2e19324665bafdfb62925af2d"},
    {"//Ferdie", "0x1cbd2d43530a44705ad088af313e18f80b53ef16b36177cd4b77b846f2a5f07c"},
    {"//Ferdie//stash", "0x101191192fc877c24d725b337120fa3edc63d227bbc92705db1e2cb65f56981a"},
    {"//worker//1", "0xb69a62df24f2896121d46a7fcb205770d0892cdeb71836405106a627794c5d6b"},
    {"//worker//2", "0xde577eef9b0d84f0d4fc6d7b44bf1d7e8bfed002b5afb07b8e62d558a215ae78"},
    {"//worker//3", "0xa0dc0d85eb6f5d1f9f4bd38120d52afd146eb50f30fe8e5ea60c80cd123c8842"},
    {"//worker//4", "0x361da4e783482c1cb1732a4e655b9c0a0a9732bdcf829871e1e37199cd1d2604"},
};

std::string_view key_of(std::string_view uri)
{
    for (const auto& account : kAccounts)
        if (account.uri == uri)
            return account.public_key;
    return {};
}

json::Value patch(std::initializer_list<std::string_view> authorities)
{
    json::Array balances;
    for (const auto& account : kAccounts)
        balances.push_back(json::Array{account.public_key, kEndowment});
    json::Array keys;
    for (auto uri : authorities)
        keys.push_back(key_of(uri));
    json::Value out;
    out["balances"]["balances"] = std::move(balances);
    out["aura"]["authorities"] = std::move(keys);
    out["sudo"]["key"] = key_of("//Alice");
    return out;
}

} // namespace

std::vector<std::string> preset_names()
{
    return {"development", "local_testnet"};
}

std::optional<json::Value> preset(std::string_view name)
{
    if (name == "development")
        return patch({"//Alice"});
    if (name == "local_testnet")
        return patch({"//Alice", "//Bob"});
    return std::nullopt;
}

std::span<const DevelopmentAccount> development_accounts()
{
    return kAccounts;
}

} // namespace phala::runtime::composition
