#include "cli/commands.hpp"

#include "cli/abi_types.hpp"
#include "cli/amount.hpp"
#include "cli/progress.hpp"
#include "cli/session.hpp"

#include "base/hex.hpp"
#include "crypto/ss58.hpp"
#include "runtime/khala/encode_call.hpp"

namespace phala::cli {

Outcome<> worker_status(const Options& options)
{
    PHALA_TRY(const auto client, WorkerClient::at(options.worker));
    const auto info = [&] {
        const Progress progress{options, "the worker's answer"};
        return client.info();
    }();
    if (!info)
        return std::unexpected{info.error()};
    show(options, info->shown);
    return {};
}

Outcome<> cluster_status(const Options& options)
{
    PHALA_TRY(const auto cluster, served_cluster(options));
    show(options, cluster);
    return {};
}

Outcome<> cluster_deposit(const Options& options)
{
    PHALA_TRY(auto chain, connect(options));
    PHALA_TRY(const auto to, account_of(options, options.to.empty() ? options.from : options.to));
    PHALA_TRY(const auto amount, parse_amount(options.amount));
    const auto call = runtime::khala::encode_call(
        runtime::phala_phat_contracts::transfer_to_cluster{amount, cluster_id(options.cluster), to});
    return report(options, send(chain, call, options));
}

Outcome<> cluster_balance(const Options& options)
{
    PHALA_TRY(const auto account, account_of(options, options.who));
    PHALA_TRY(const auto cluster, served_cluster(options));
    PHALA_TRY(const auto id, array_from_hex<32>(text_member(cluster, "systemContract")));
    const auto read = [&](std::string_view message) -> Outcome<Balance> {
        PHALA_TRY(const auto bytes, ask_system(options, H256{id}, message, account));
        return scale::decode<Balance>(bytes);
    };
    PHALA_TRY(const auto total, read("pink_system::System::total_balance_of"));
    PHALA_TRY(const auto free, read("pink_system::System::free_balance_of"));
    json::Value out;
    out["address"] = crypto::address_of(account.bytes);
    out["free"] = amount_text(free);
    out["deposits"] = amount_text(total - free);
    out["total"] = amount_text(total);
    show(options, out);
    return {};
}

} // namespace phala::cli
