#pragma once
// For tests: workers in memory, and a chain with a gatekeeper and a cluster of two of them.
#include "worker/core/chain_testing.hpp"
#include "worker/core/snapshot.hpp"

#include "base/hex.hpp"
#include "crypto/encrypted_data.hpp"
#include "crypto/key_pair.hpp"
#include "primitives/identifiers.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace phala::worker::testing {

/// A store in memory that keeps only what was committed.
class MemoryStore final : public RecordReader {
public:
    [[nodiscard]] Outcome<std::optional<Bytes>> get(ByteView key) const override
    {
        const auto found = single_.find(to_bytes(key));
        return found == single_.end() ? std::nullopt : std::optional{found->second};
    }
    [[nodiscard]] Outcome<> each_state_entry(const std::function<void(Bytes, Bytes)>& visit) const override
    {
        for (const auto& [key, value] : state_)
            visit(key, value);
        return {};
    }
    void commit(std::vector<RecordChange> changes)
    {
        for (auto& [key, value, table] : changes) {
            auto& records = table == Table::State ? state_ : single_;
            if (value)
                records.insert_or_assign(key, std::move(*value));
            else
                records.erase(key);
        }
    }

private:
    std::map<Bytes, Bytes> single_, state_;
};

/// A worker in memory: a core, its store, and a relay that does as it is asked.
struct Worker {
    explicit Worker(const FakeChain& chain, std::uint8_t seed, bool development = true)
        : config{chain.genesis(), 0, development}, seed_{seed}, core{make()}
    {
    }

    Core::Config config;
    std::uint8_t seed_;
    MemoryStore store;
    Core core;
    std::uint8_t counter = 0;
    std::uint64_t iterations = 0;             ///< of its benchmark
    std::uint64_t now_ms = 1'700'000'000'000; ///< the worker's clock, also for queries

    [[nodiscard]] Core make() const
    {
        ByteArray<32> seed{};
        seed.fill(seed_);
        return Core::create(config, crypto::sr25519::KeyPair{Secret<32>{seed}}, store).value();
    }
    /// As after a kill: what was not committed is gone.
    void restart() { core = make(); }

    Outcome<Output> step(decltype(Input::content) content)
    {
        Input input{std::move(content), now_ms, {}, iterations};
        input.entropy.fill(++counter);
        return core.step(input);
    }

    /// Brings the worker up to the chain's head; false where the block did not complete.
    bool follow(const FakeChain& chain, std::size_t leaves_per_chunk = 1000)
    {
        if (chain.number() <= core.status().anchor_number)
            return true;
        auto output = step(chain.anchor(core.wants().anchor));
        for (int turns = 0; output && !output->block_complete && turns < 10'000; ++turns) {
            const auto wants = core.wants();
            output = wants.chunk ? step(chain.chunk(*wants.chunk, leaves_per_chunk)) : step(chain.anchor(wants.anchor));
        }
        EXPECT_TRUE(output) << output.error().message();
        if (!output || !output->block_complete)
            return false;
        store.commit(std::move(output->records));
        core.committed();
        return true;
    }

    void send(FakeChain& chain) const
    {
        for (const auto& message : core.egress())
            chain.submit(message);
    }
};

inline Bytes contract_code(std::string_view name)
{
    std::ifstream file{std::string{PHALA_WASM_DIR} + "/contracts/" + std::string{name} + ".wasm", std::ios::binary};
    const std::string content{std::istreambuf_iterator<char>{file}, {}};
    EXPECT_FALSE(content.empty()) << name << ".wasm is missing: build the wasm preset";
    return to_bytes(content);
}

inline constexpr Balance kPha = 1'000'000'000'000;

/// A chain with a gatekeeper and a cluster of two workers, brought to where both serve.
struct Network {
    FakeChain chain;
    Worker first{chain, 1};
    Worker second{chain, 2};
    crypto::KeyPair alice = crypto::KeyPair::from_uri("//Alice").value();
    crypto::KeyPair bob = crypto::KeyPair::from_uri("//Bob").value();
    H256 cluster = cluster_id(1);
    H256 system{};
    Bytes system_code = contract_code("system");

    [[nodiscard]] AccountId account(const crypto::KeyPair& who) const { return AccountId{who.account()}; }

    void block()
    {
        chain.seal();
        ASSERT_TRUE(first.follow(chain));
        ASSERT_TRUE(second.follow(chain, 1)); // leaf by leaf: the size of chunks must not matter
        first.send(chain);
        second.send(chain);
    }

    void start()
    {
        for (const auto* worker : {&first, &second}) {
            chain.register_worker(worker->core.public_key());
            chain.push_from_pallet("PhalaRegistry", SystemEvent{SystemEvent::ForWorker{
                                                        worker->core.public_key(), {WorkerEvent::Registered{128}}}});
        }
        const auto key = first.core.public_key();
        chain.push_from_pallet("PhalaRegistry", GatekeeperLaunch{GatekeeperLaunch::FirstGatekeeper{key, key}});
        chain.push_from_pallet("PhalaPhatContracts", SystemCode{1, system_code});
        block(); // the key goes out
        block(); // and is on chain
        system = contract_id(account(alice), code_hash(system_code), cluster, {});
        std::vector<WorkerIdentity> workers;
        for (const auto* worker : {&first, &second})
            workers.push_back({worker->core.public_key(), worker->core.public_key()});
        chain.cluster_of_contract.emplace(system, cluster);
        chain.push_from_pallet("PhalaPhatContracts",
                               ClusterEvent{ClusterEvent::DeployCluster{account(alice), cluster, workers, 1000 * kPha,
                                                                        1, 1, 1, account(alice)}});
        block(); // grant
        block(); // grant on chain, workers deploy
        block(); // reports
        ASSERT_EQ(chain.reports.size(), 2U);
        ASSERT_TRUE(chain.contract_keys.contains(system));
    }

    void fund(const crypto::KeyPair& who)
    {
        chain.push_from_pallet("PhalaPhatContracts",
                               ClusterOperation{ClusterOperation::Deposit{cluster, account(who), 1000 * kPha}});
    }

    /// Uploads a contract and instantiates it; the id is known before it exists.
    H256 deploy(std::string_view name, const Bytes& constructor, std::string_view salt)
    {
        return deploy_code(contract_code(name), constructor, salt);
    }
    H256 deploy_code(const Bytes& code, const Bytes& constructor, std::string_view salt)
    {
        chain.push_from_pallet("PhalaPhatContracts", ClusterOperation{ClusterOperation::UploadResource{
                                                         account(alice), cluster, ResourceType::InkCode, code}});
        const H256 id = contract_id(account(alice), code_hash(code), cluster, bytes_of(salt));
        chain.cluster_of_contract.emplace(id, cluster);
        chain.push_from_pallet(
            "PhalaPhatContracts",
            ContractOperation{ContractOperation::InstantiateCode{
                {account(alice), {CodeIndex::WasmCode{code_hash(code)}}, to_bytes(salt), cluster, constructor},
                0,
                2'000'000'000'000,
                std::nullopt}});
        return id;
    }

    /// An encrypted command, as a client makes it.
    void command(const crypto::KeyPair& who, const H256& contract, const Bytes& message, std::uint8_t nonce)
    {
        const InkCommand command{
            InkCommand::InkMessage{{Bytes(32, nonce)}, message, 0, 2'000'000'000'000, std::nullopt}};
        const crypto::sr25519::KeyPair ephemeral{Secret<32>{ByteArray<32>{nonce}}};
        auto sealed =
            crypto::encrypt(ephemeral, chain.contract_keys.at(contract), ByteArray<12>{nonce}, scale::encode(command))
                .value();
        chain.push({MessageOrigin::account(account(who)), to_bytes(command_topic(contract)),
                    scale::encode(CommandPayload{CommandPayload::Encrypted{std::move(sealed)}})});
    }

    /// A private query as its asker sends it.
    [[nodiscard]] QueryInput ask(const Worker& worker, const crypto::KeyPair* who, const H256& contract,
                                 decltype(InkQuery::data) data) const
    {
        const InkQuery query{{contract, {}}, std::move(data)};
        QueryInput input;
        input.now_ms = worker.now_ms;
        input.encrypted = scale::encode(
            crypto::encrypt(asker(), worker.core.public_key(), ByteArray<12>{1}, scale::encode(query)).value());
        if (who != nullptr) {
            const Bytes body = scale::encode(crypto::CertificateBody{who->public_key(), 0x7fffffff, 0});
            const auto signature = who->sr25519()->sign(input.encrypted, {});
            input.signature_chain.push_back(
                {static_cast<std::uint32_t>(crypto::SignatureType::Sr25519), to_bytes(signature), body});
        }
        return input;
    }

    /// The answer to it as its asker reads it.
    [[nodiscard]] static InkResponse read(ByteView encrypted)
    {
        const auto envelope = scale::decode<EncryptedData>(encrypted).value();
        return scale::decode<InkResponse>(crypto::decrypt(asker(), envelope).value()).value();
    }

    /// Asks and reads: the answer, or the RPC's error.
    Outcome<std::expected<Bytes, InkQueryError>> query(const Worker& worker, const crypto::KeyPair* who,
                                                       const H256& contract, decltype(InkQuery::data) data) const
    {
        const QueryInput input = ask(worker, who, contract, std::move(data));
        const auto status = worker.core.status();
        PHALA_TRY(const auto answer, worker.core.query(status.snapshot, input));
        const auto response = read(answer.encrypted);
        if (!response.result)
            return std::expected<Bytes, InkQueryError>{std::unexpected{response.result.error()}};
        return response.result->response.get_if<InkQueryResponse::Payload>()->_0;
    }

    /// The key that a query is answered to.
    [[nodiscard]] static crypto::sr25519::KeyPair asker()
    {
        return crypto::sr25519::KeyPair{Secret<32>{ByteArray<32>{77}}};
    }

    [[nodiscard]] H256 root(const Worker& worker) const { return worker.core.status().snapshot->state_root(); }
};

inline Bytes call(std::string_view selector_hex, const Bytes& arguments = {})
{
    return concat(*from_hex(selector_hex), arguments);
}

/// First four bytes of the hash of a message's label.
inline Bytes labelled(std::string_view label, const Bytes& arguments = {})
{
    return concat(ByteView{crypto::blake2_256(bytes_of(label))}.first(4), arguments);
}

} // namespace phala::worker::testing
