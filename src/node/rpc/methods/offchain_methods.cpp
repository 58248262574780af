#include "node/rpc/json.hpp"
#include "node/rpc/methods/api.hpp"
#include "node/rpc/methods/texts.hpp"

namespace phala::node::rpc {

namespace {

/// One of the stores of offchain workers, as clients name it.
struct Kind {
    bool persistent = false;
};

bool read(const json::value& in, Kind& out, std::string& expected)
{
    expected = R"("PERSISTENT" or "LOCAL")";
    const auto* text = in.if_string();
    if (text == nullptr || (*text != "PERSISTENT" && *text != "LOCAL"))
        return false;
    out.persistent = *text == "PERSISTENT";
    return true;
}

/// The local store lives for one run of a worker: nobody else sees it.
std::expected<void, RpcError> check(const Kind& kind)
{
    constexpr int kUnavailable = 5001;
    if (!kind.persistent)
        return refuse(kUnavailable, "This storage kind is not available yet");
    return {};
}

} // namespace

void add_offchain_methods(Methods& methods, const Api& api)
{
    const Chain& chain = api.chain;
    methods.add({"offchain_localStorageSet"}, {"kind", "key", "value"},
                [&chain](const Kind& kind, const Bytes& key, const Bytes& value) -> Reply {
                    if (auto known = check(kind); !known)
                        return std::unexpected(std::move(known.error()));
                    if (auto set = chain.offchain_storage().set(key, value); !set)
                        return client_error(set.error());
                    return "null";
                },
                {.unsafe = true});
    methods.add({"offchain_localStorageClear"}, {"kind", "key"},
                [&chain](const Kind& kind, const Bytes& key) -> Reply {
                    if (auto known = check(kind); !known)
                        return std::unexpected(std::move(known.error()));
                    if (auto cleared = chain.offchain_storage().clear(key); !cleared)
                        return client_error(cleared.error());
                    return "null";
                },
                {.unsafe = true});
    methods.add({"offchain_localStorageGet"}, {"kind", "key"},
                [&chain](const Kind& kind, const Bytes& key) -> Reply {
                    if (auto known = check(kind); !known)
                        return std::unexpected(std::move(known.error()));
                    RPC_TRY(const auto value, chain.offchain_storage().get(key));
                    return value ? ok(*value) : Reply{"null"};
                },
                {.unsafe = true});
}

} // namespace phala::node::rpc
