#include "worker/relay/answers.hpp"

#include "base/hex.hpp"
#include "worker/relay/node_client.hpp"

namespace phala::worker {

namespace {

std::unexpected<Error> bad(std::string_view what)
{
    return fail(NodeError::BadAnswer, std::string{what});
}

/// "0x1a" as a number.
std::optional<std::uint32_t> hex_number(std::string_view text)
{
    if (!text.starts_with("0x") || text.size() < 3 || text.size() > 10)
        return std::nullopt;
    std::uint32_t out = 0;
    for (const char c : text.substr(2)) {
        const auto digit = from_hex(std::string{'0', c});
        if (!digit)
            return std::nullopt;
        out = out << 4 | digit->front();
    }
    return out;
}

Outcome<std::vector<Bytes>> bytes_array(const json::Value* value, std::string_view what)
{
    if (value == nullptr || value->array() == nullptr)
        return bad(what);
    std::vector<Bytes> out;
    for (const auto& item : *value->array()) {
        if (item.string() == nullptr)
            return bad(what);
        PHALA_TRY(auto bytes, from_hex(*item.string()));
        out.push_back(std::move(bytes));
    }
    return out;
}

} // namespace

Outcome<H256> hash_of_json(const json::Value* value, std::string_view what)
{
    if (value == nullptr || value->string() == nullptr)
        return bad(what);
    auto bytes = array_from_hex<32>(*value->string());
    if (!bytes)
        return fail(std::move(bytes), what);
    return H256{*bytes};
}

Outcome<Header> header_of_json(const json::Value& value)
{
    Header header{};
    PHALA_TRY(header.parent_hash, hash_of_json(value.find("parentHash"), "parentHash"));
    PHALA_TRY(header.state_root, hash_of_json(value.find("stateRoot"), "stateRoot"));
    PHALA_TRY(header.extrinsics_root, hash_of_json(value.find("extrinsicsRoot"), "extrinsicsRoot"));
    const auto* number = value.find("number");
    const auto parsed = number == nullptr || number->string() == nullptr ? std::nullopt : hex_number(*number->string());
    if (!parsed)
        return bad("number");
    header.number = *parsed;
    const auto* digest = value.find("digest");
    const auto* logs = digest == nullptr ? nullptr : digest->find("logs");
    if (logs == nullptr || logs->array() == nullptr)
        return bad("digest.logs");
    for (const auto& log : *logs->array()) {
        if (log.string() == nullptr)
            return bad("digest.logs");
        PHALA_TRY(const auto bytes, from_hex(*log.string()));
        PHALA_TRY(auto item, scale::decode<DigestItem>(bytes));
        header.digest.logs.push_back(std::move(item));
    }
    return header;
}

Outcome<std::vector<Bytes>> proof_of_answer(const json::Value& answer)
{
    return bytes_array(answer.find("proof"), "state_getReadProof");
}

Outcome<LaneRange> lane_range_of_answer(const json::Value& answer)
{
    LaneRange range;
    PHALA_TRY(const auto leaves, bytes_array(answer.find("leaves"), "phala_laneRange: leaves"));
    if (leaves.empty())
        return bad("phala_laneRange: no leaves where there are more");
    for (const auto& leaf : leaves) {
        PHALA_TRY(auto decoded, scale::decode<LeafV1>(leaf));
        range.leaves.push_back(std::move(decoded));
    }
    const auto* payloads = answer.find("payloads");
    if (payloads == nullptr || payloads->array() == nullptr || payloads->array()->size() != leaves.size())
        return bad("phala_laneRange: payloads");
    for (const auto& payload : *payloads->array()) {
        if (payload.is_null()) {
            range.payloads.emplace_back();
            continue;
        }
        if (payload.string() == nullptr)
            return bad("phala_laneRange: payloads");
        PHALA_TRY(auto bytes, from_hex(*payload.string()));
        range.payloads.emplace_back(std::move(bytes));
    }
    PHALA_TRY(const auto frontier, bytes_array(answer.find("frontier"), "phala_laneRange: frontier"));
    for (const auto& node : frontier) {
        if (node.size() != 32)
            return bad("phala_laneRange: frontier");
        range.frontier.push_back(H256{array_of<32>(node)});
    }
    return range;
}

} // namespace phala::worker
