#include "primitives/messages.hpp"

#include "base/hex.hpp"

namespace phala {

namespace {

constexpr std::string_view kCommandPrefix = "phala/contract/";
constexpr std::string_view kCommandSuffix = "/command";
constexpr std::size_t kIdDigits = 64;
constexpr std::string_view kReservedTopicStarts = "~!@#$%&*_+-=|<>?,./;:'`";

} // namespace

bool MessageOrigin::is_offchain() const
{
    return kind.is<Cluster>() || kind.is<Contract>() || kind.is<Worker>() || kind.is<Gatekeeper>();
}

Bytes signing_bytes(const Message& message, std::uint64_t sequence)
{
    return scale::encode(message, sequence);
}

Bytes wrapped_signing_bytes(SignedContent type, ByteView data)
{
    Bytes out{0xff, static_cast<std::uint8_t>(type)};
    append(out, data);
    return out;
}

bool is_valid_topic(ByteView topic)
{
    return !topic.empty() && topic.size() <= kMaxTopicBytes
           && kReservedTopicStarts.find(static_cast<char>(topic.front())) == std::string_view::npos;
}

bool is_onchain_topic(ByteView topic)
{
    return !topic.empty() && topic.front() == '^';
}

std::string command_topic(const H256& contract)
{
    std::string topic{kCommandPrefix};
    topic.append(to_hex(contract)).append(kCommandSuffix);
    return topic;
}

std::optional<H256> contract_of_command_topic(ByteView topic)
{
    const std::string_view text = text_of(topic);
    if (text.size() != kCommandPrefix.size() + kIdDigits + kCommandSuffix.size() || !text.starts_with(kCommandPrefix)
        || !text.ends_with(kCommandSuffix))
        return std::nullopt;
    const std::string_view digits = text.substr(kCommandPrefix.size(), kIdDigits);
    auto id = array_from_hex<32>(digits);
    if (!id || to_hex(*id) != digits) // one spelling of a topic only: lower case, no prefix
        return std::nullopt;
    return H256{*id};
}

const H256& ClusterOperation::cluster() const
{
    return operation.visit([]<class T>(const T& variant) -> const H256& {
        if constexpr (std::is_same_v<T, DispatchKeys>)
            return variant.cluster;
        else if constexpr (std::is_same_v<T, DestroyCluster>)
            return variant._0;
        else
            return variant.cluster_id;
    });
}

} // namespace phala
