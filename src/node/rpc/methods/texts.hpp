#pragma once
// JSON texts that several methods give, and the client-visible form of errors.
#include "node/chain/chain.hpp"
#include "node/rpc/methods.hpp"

namespace phala::node::rpc {

std::string header_text(const Header& header);
std::string version_text(const RuntimeVersion& version);

/// {"block", "changes": [[key, value or null], …]}
using StorageValues = std::vector<std::pair<Bytes, std::optional<Bytes>>>;
std::string changes_text(const H256& block, const StorageValues& values);

/// 4003 "Client error: …", as the reference says it of blocks and executions.
std::unexpected<RpcError> client_error(const Error& error);

/// Keys of one page are limited, or error 4002.
std::expected<void, RpcError> check_page(std::uint32_t count);

/// The codes of author_* (spec substrate-host §7).
std::unexpected<RpcError> pool_error(const Error& error);

} // namespace phala::node::rpc

/// `RPC_TRY(auto value, f())` in a method: the value of an outcome, or a client error.
#define RPC_TRY(declaration, outcome) RPC_TRY_AT_(declaration, outcome, __COUNTER__)
#define RPC_TRY_AT_(declaration, outcome, n) RPC_TRY_NAMED_(declaration, outcome, n)
#define RPC_TRY_NAMED_(declaration, outcome, n)                                                                        \
    auto rpc_try_##n = (outcome);                                                                                      \
    if (!rpc_try_##n)                                                                                                  \
        return ::phala::node::rpc::client_error(rpc_try_##n.error());                                                  \
    declaration = std::move(*rpc_try_##n)
