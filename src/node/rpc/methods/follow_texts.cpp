#include "node/rpc/methods/follow_texts.hpp"

namespace phala::node::rpc {

json::value runtime_json(const Chain& chain, const H256& block)
{
    json::object out;
    const auto version = chain.version_at(block);
    if (!version) {
        out.emplace("type", "invalid");
        out.emplace("error", version.error().message());
        return out;
    }
    json::object spec;
    spec.emplace("specName", to_json(version->spec_name));
    spec.emplace("implName", to_json(version->impl_name));
    spec.emplace("specVersion", to_json(version->spec_version));
    spec.emplace("implVersion", to_json(version->impl_version));
    spec.emplace("transactionVersion", to_json(version->transaction_version));
    json::object apis;
    for (const auto& [id, number] : version->apis)
        apis.emplace(to_hex0x(id), std::uint32_t{number});
    spec.emplace("apis", std::move(apis));
    out.emplace("type", "valid");
    out.emplace("spec", std::move(spec));
    return out;
}

std::string items_text(std::string_view event, const std::string& operation, const std::vector<std::string>& items)
{
    std::string out = R"({"event":")" + std::string{event} + R"(","operationId":")" + operation + R"(","items":[)";
    for (std::size_t i = 0; i < items.size(); ++i)
        out += (i == 0 ? "" : ",") + items[i];
    return out + "]}";
}

} // namespace phala::node::rpc
