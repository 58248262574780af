#pragma once
#include "worker/core/engine/execution.hpp"

namespace phala::worker::engine {

inline constexpr std::uint32_t kSentinel = 0xffffffff; ///< "no value" in answers, "do not write" as a pointer

/// Serves the host functions of one frame (spec contract-engine §1.5, §1.6) and keeps its gas and the machine's fuel
/// in step (§2.2).
class ContractHost final : public HostCalls {
public:
    ContractHost(Execution& execution, Frame& frame);

    Next on_host_call(HostFunction function, std::span<const std::uint64_t> params, std::uint64_t& result,
                      Instance& instance) override;

    /// What the frame's run comes to.
    Dispatched<ExecReturn> finish(const RunResult& run);

private:
    using Params = std::span<const std::uint64_t>;
    /// What a host function gives back to the code: a number, or nothing and the code does not go on.
    using Answer = std::optional<std::uint64_t>;

    /// The code's own return codes (§1.6).
    enum class Code : std::uint32_t {
        Success = 0,
        CalleeTrapped = 1,
        CalleeReverted = 2,
        KeyNotFound = 3,
        TransferFailed = 5,
        CodeNotFound = 7,
        NotCallable = 8,
        CallRuntimeFailed = 10,
        EcdsaRecoveryFailed = 11,
    };

    // Flags of a call.
    static constexpr std::uint32_t kForwardInput = 1;
    static constexpr std::uint32_t kCloneInput = 2;
    static constexpr std::uint32_t kTailCall = 4;
    static constexpr std::uint32_t kAllowReentry = 8;
    static constexpr std::uint32_t kAllCallFlags = kForwardInput | kCloneInput | kTailCall | kAllowReentry;

    struct StorageKey {
        std::uint32_t pointer;
        std::optional<std::uint32_t> size; ///< none: a key of 32 bytes
    };
    /// A place in the contract's memory that takes a result: its address, and where its capacity and then size stand.
    struct Output {
        std::uint32_t pointer;
        std::uint32_t size_pointer;
        bool may_skip = false;          ///< the pointer kSentinel skips the writing
        const Price* by_byte = nullptr; ///< charged for what is written
    };

    Answer dispatch(HostFunction function, Params params);
    Dispatched<> synchronize(std::uint64_t fuel);

    // Each records why it stops and returns false or nothing.
    bool charge(Gas amount);
    bool read(std::uint32_t pointer, std::uint32_t size, Bytes& out);
    template <std::size_t N>
    bool read_array(std::uint32_t pointer, ByteArray<N>& out);
    bool read_account(std::uint32_t pointer, AccountId& out);
    bool read_balance(std::uint32_t pointer, Balance& out);
    bool write(std::uint32_t pointer, ByteView bytes);
    bool write_output(Output output, ByteView bytes);
    bool read_key(StorageKey key, Bytes& hashed);
    template <class Error>
    std::nullopt_t stop(const Error& error)
    {
        stopped_ = error;
        return std::nullopt;
    }
    std::nullopt_t stop(ContractsError error) { return stop(error_of(error)); }
    static Answer answer(Code code) { return static_cast<std::uint64_t>(code); }
    static Answer nothing() { return 0; }

    Answer set_storage(StorageKey key, std::uint32_t pointer, std::uint32_t size);
    Answer clear_storage(StorageKey key);
    Answer get_storage(StorageKey key, Output output);
    Answer contains_storage(StorageKey key);
    Answer take_storage(StorageKey key, Output output);
    Answer transfer(std::uint32_t account, std::uint32_t value);
    struct CallParams {
        std::uint32_t flags;
        std::uint32_t callee;
        std::uint64_t gas;
        std::uint32_t value;
        std::uint32_t input;
        std::uint32_t input_size;
        Output output;
        bool is_delegate = false;
    };
    Answer call(const CallParams& params);
    struct InstantiateParams {
        std::uint32_t code_hash;
        std::uint64_t gas;
        std::uint32_t value;
        std::uint32_t input;
        std::uint32_t input_size;
        Output address;
        Output output;
        std::uint32_t salt;
        std::uint32_t salt_size;
    };
    Answer instantiate(const InstantiateParams& params);
    Answer terminate(std::uint32_t beneficiary);
    Answer input(Output output);
    Answer end(std::uint32_t flags, std::uint32_t pointer, std::uint32_t size);
    Answer simple(const Price& price, Output output, ByteView value);
    Answer is_contract(std::uint32_t account);
    Answer code_hash(std::uint32_t account, Output output);
    Answer deposit_event(std::uint32_t topics, std::uint32_t topics_size, std::uint32_t data, std::uint32_t data_size);
    template <class Hash>
    Answer hash(const Price& price, std::uint32_t input, std::uint32_t size, std::uint32_t output, Hash function);
    Answer chain_extension(std::uint32_t id, std::uint32_t input, std::uint32_t size, Output output);
    Answer debug_message(std::uint32_t pointer, std::uint32_t size);
    Answer call_runtime(std::uint32_t pointer, std::uint32_t size);
    Answer ecdsa_recover(std::uint32_t signature, std::uint32_t digest, std::uint32_t output);
    Answer ecdsa_to_eth_address(std::uint32_t key, std::uint32_t output);
    Answer set_code_hash(std::uint32_t hash);

    bool take_input(const CallParams& params, Bytes& out);
    Answer code_of(const ExecError& error);

    Execution& execution_;
    Storage& storage_;
    Frame& frame_;
    Instance* instance_ = nullptr; ///< while a host function is served
    std::uint64_t synced_fuel_;    ///< the machine's fuel when gas was last brought up to date

    std::optional<std::variant<ExecReturn, DispatchError>> stopped_;
};

template <std::size_t N>
bool ContractHost::read_array(std::uint32_t pointer, ByteArray<N>& out)
{
    const auto memory = instance_->memory();
    if (std::uint64_t{pointer} + N > memory.size()) {
        stop(ContractsError::OutOfBounds);
        return false;
    }
    std::memcpy(out.data(), memory.data() + pointer, N);
    return true;
}

} // namespace phala::worker::engine
