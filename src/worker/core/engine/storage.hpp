#pragma once
// What a cluster stores, with types, in transactions that cover everything: balances, contracts, their storage, events.
#include "host/layered_map.hpp"
#include "worker/core/engine/code.hpp"
#include "worker/core/engine/state.hpp"
#include "worker/core/engine/types.hpp"

namespace phala::worker::engine {

inline constexpr Balance kExistentialDeposit = 1;

/// Parameters of the cluster, set when it is made.
struct ClusterParameters {
    H256 id{};
    Balance gas_price = 0;
    Balance deposit_per_item = 0;
    Balance deposit_per_byte = 0;
    std::optional<AccountId> treasury; ///< where gas is paid to; without one gas is free
};

/// Tokens of an account. Held ones are deposits for uploaded code and for contract storage.
struct Account {
    Balance free = 0;
    Balance held_for_code = 0;
    Balance held_for_storage = 0;
    [[nodiscard]] Balance total() const { return free + held_for_code + held_for_storage; }
};

struct CodeInfo {
    AccountId owner{};
    Balance deposit = 0;
    std::uint64_t users = 0; ///< contracts that run this code
    std::uint32_t size = 0;
    Determinism determinism = Determinism::Enforced;
};

struct ContractInfo {
    H256 child{}; ///< prefix of the contract's storage
    H256 code_hash{};
    std::uint32_t storage_bytes = 0;
    std::uint32_t storage_items = 0;
    Balance byte_deposit = 0;
    Balance item_deposit = 0;
    Balance base_deposit = 0; ///< without the existential deposit
};

/// The chain of event blocks (spec contract-engine §5.4).
struct EventChainHead {
    std::uint64_t next_number = 0;
    H256 last_hash{};
};

/// Whether a transfer may end the account that pays.
enum class Preservation : std::uint8_t { Preserve, Expendable };
enum class HoldReason : std::uint8_t { CodeUpload, Storage };

class Storage {
public:
    explicit Storage(ClusterState base);

    void begin();
    void commit();
    void rollback(); ///< events since begin() disappear too

    /// The state with all changes; every transaction must have ended.
    [[nodiscard]] ClusterState state() const;

    // events
    void emit(Event event, std::vector<H256> topics = {});
    [[nodiscard]] const std::vector<EventRecord>& events() const { return events_; }

    // parameters and counters
    [[nodiscard]] const ClusterParameters& parameters() const { return parameters_; }
    void set_parameters(const ClusterParameters& parameters);
    [[nodiscard]] std::optional<AccountId> system_contract() const;
    void set_system_contract(const AccountId& contract);
    [[nodiscard]] std::uint64_t instantiations() const;
    void set_instantiations(std::uint64_t count);
    [[nodiscard]] EventChainHead event_chain() const;
    void set_event_chain(const EventChainHead& head);

    // balances
    [[nodiscard]] Account account(const AccountId& id) const;
    /// What the account can spend while it stays alive.
    [[nodiscard]] Balance spendable(const AccountId& id) const;
    void mint(const AccountId& to, Balance amount);
    Dispatched<> transfer(const AccountId& from, const AccountId& to, Balance amount, Preservation preservation);
    /// Moves free tokens of `from` into a hold of `to` (which may be the same); `from` stays alive.
    Dispatched<> transfer_and_hold(HoldReason reason, const AccountId& from, const AccountId& to, Balance amount);
    /// Moves at most `amount` of what is held for storage to another's free tokens; how much it was.
    Balance transfer_held(const AccountId& from, const AccountId& to, Balance amount);

    // code
    [[nodiscard]] std::optional<CodeInfo> code_info(const H256& hash) const;
    void set_code_info(const H256& hash, const CodeInfo& info);
    [[nodiscard]] std::optional<Bytes> code(const H256& hash) const;
    void set_code(const H256& hash, Bytes code);
    /// Adds to the number of contracts that run this code.
    Dispatched<> change_code_users(const H256& hash, int by);

    // uploaded side programs: only that they are there and whose they are
    [[nodiscard]] bool has_sidevm_code(const H256& hash) const;
    [[nodiscard]] std::optional<Bytes> sidevm_code(const H256& hash) const;
    void set_sidevm_code(const H256& hash, const AccountId& owner, Bytes code);

    // contracts
    [[nodiscard]] std::optional<ContractInfo> contract(const AccountId& id) const;
    void set_contract(const AccountId& id, const ContractInfo& info);
    void remove_contract(const AccountId& id);
    [[nodiscard]] std::optional<Bytes> child_get(const H256& child, ByteView key) const;
    void child_set(const H256& child, ByteView key, Bytes value);
    void child_remove(const H256& child, ByteView key);
    /// Costs the same however many keys are stored.
    void child_remove_all(const H256& child);

private:
    [[nodiscard]] std::optional<Bytes> get(const Bytes& key) const;
    [[nodiscard]] std::optional<Bytes> stored(const Bytes& key) const; ///< without the changes
    template <class T>
    [[nodiscard]] std::optional<T> load(const Bytes& key) const;
    void set_account(const AccountId& id, const Account& before, const Account& after);

    ClusterState base_;
    host::LayeredMap changes_;
    std::vector<EventRecord> events_;
    std::vector<std::size_t> event_marks_;
    ClusterParameters parameters_;
};

} // namespace phala::worker::engine
