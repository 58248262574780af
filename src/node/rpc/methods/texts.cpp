#include "node/rpc/methods/texts.hpp"

#include "node/pool/pool.hpp"
#include "node/rpc/json.hpp"

namespace phala::node::rpc {

namespace {

// members are named as on the wire
struct DigestText {
    std::vector<Bytes> logs;
};
struct HeaderText {
    H256 parentHash;
    std::string number;
    H256 stateRoot;
    H256 extrinsicsRoot;
    DigestText digest;
};
struct VersionText {
    std::string specName;
    std::string implName;
    std::uint32_t authoringVersion;
    std::uint32_t specVersion;
    std::uint32_t implVersion;
    std::vector<std::pair<ApiId, std::uint32_t>> apis;
    std::uint32_t transactionVersion;
    std::uint8_t stateVersion;
    std::uint8_t systemVersion; ///< the newer name of the same
};
struct ChangesText {
    H256 block;
    StorageValues changes;
};

} // namespace

std::string header_text(const Header& header)
{
    HeaderText text{header.parent_hash, hex_number(header.number), header.state_root, header.extrinsics_root, {}};
    for (const auto& log : header.digest.logs)
        text.digest.logs.push_back(scale::encode(log));
    return to_text(text);
}

std::string version_text(const RuntimeVersion& v)
{
    return to_text(VersionText{v.spec_name, v.impl_name, v.authoring_version, v.spec_version, v.impl_version, v.apis,
                               v.transaction_version, v.state_version, v.state_version});
}

std::string changes_text(const H256& block, const StorageValues& values)
{
    return to_text(ChangesText{block, values});
}

std::unexpected<RpcError> client_error(const Error& error)
{
    constexpr int kClient = 4003;
    if (error.of<host::HostError>())
        return refuse(kClient, "Client error: Execution failed: " + error.message());
    return refuse(kClient, "Client error: " + error.message());
}

std::expected<void, RpcError> check_page(std::uint32_t count)
{
    constexpr std::uint32_t kMaxPage = 1000;
    constexpr int kPageTooLarge = 4002;
    if (count > kMaxPage)
        return refuse(kPageTooLarge, "count exceeds maximum value. value: " + std::to_string(count)
                                         + ", max: " + std::to_string(kMaxPage));
    return {};
}

std::unexpected<RpcError> pool_error(const Error& error)
{
    if (!error.of<PoolError>())
        return client_error(error);
    const auto what = error.as<PoolError>();
    const std::string text{describe(what)};
    switch (what) {
    case PoolError::Failed: return refuse(1002, text, error.detail());
    case PoolError::Invalid: return refuse(1010, text, error.detail());
    case PoolError::Unknown: return refuse(1011, text, error.detail());
    case PoolError::Banned: return refuse(1012, text);
    case PoolError::AlreadyImported: return refuse(1013, text, error.detail());
    case PoolError::TooLowPriority: return refuse(1014, error.message());
    case PoolError::Cycle: return refuse(1015, text);
    case PoolError::Dropped: return refuse(1016, text, "The transaction couldn't enter the pool because of the limit");
    case PoolError::NoTags: return refuse(1019, text);
    }
    return refuse(code::kInternal, error.message());
}

} // namespace phala::node::rpc
