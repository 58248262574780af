#include "cli/commands.hpp"

#include "cli/amount.hpp"
#include "cli/execution.hpp"
#include "cli/session.hpp"

#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "crypto/ss58.hpp"
#include "runtime/khala/encode_call.hpp"

namespace phala::cli {

namespace {

/// A message of the system contract that takes an account and gives a balance.
Outcome<Balance> system_balance(const Options& options, const H256& system, std::string_view message,
                                const AccountId& account)
{
    Bytes payload = to_bytes(ByteView{crypto::blake2_256(bytes_of(message))}.first(4));
    append(payload, account);
    PHALA_TRY(const auto answer,
              ask_worker(options, system, worker::InkQuery::InkMessage{std::move(payload), 0, 0, false}));
    PHALA_TRY(const auto result, scale::decode<worker::engine::ContractExecResult>(answer));
    if (!result.result)
        return fail(CliError::Failed, failure_text(result.result.error()));
    using Answer = std::pair<std::uint8_t, Balance>; // Ok, and the value
    PHALA_TRY(const auto value, scale::decode<Answer>(result.result->data));
    return value.second;
}

} // namespace

Outcome<> worker_status(const Options& options)
{
    PHALA_TRY(const auto client, WorkerClient::at(options.worker));
    PHALA_TRY(const auto info, client.info());
    show(options, info.shown);
    return {};
}

Outcome<> cluster_status(const Options& options)
{
    PHALA_TRY(const auto client, WorkerClient::at(options.worker));
    PHALA_TRY(const auto cluster, client.cluster());
    if (cluster.is_null())
        return fail(CliError::NotFound, "this worker serves no cluster yet");
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
    PHALA_TRY(const auto client, WorkerClient::at(options.worker));
    PHALA_TRY(const auto cluster, client.cluster());
    const auto* system = cluster.is_null() ? nullptr : cluster.find("systemContract");
    if (system == nullptr || system->string() == nullptr)
        return fail(CliError::NotFound, "this worker serves no cluster yet");
    PHALA_TRY(const auto id, array_from_hex<32>(*system->string()));
    PHALA_TRY(const auto total, system_balance(options, H256{id}, "pink_system::System::total_balance_of", account));
    PHALA_TRY(const auto free, system_balance(options, H256{id}, "pink_system::System::free_balance_of", account));
    json::Value out;
    out["address"] = crypto::address_of(account.bytes);
    out["free"] = amount_text(free);
    out["deposits"] = amount_text(total - free);
    out["total"] = amount_text(total);
    show(options, out);
    return {};
}

} // namespace phala::cli
