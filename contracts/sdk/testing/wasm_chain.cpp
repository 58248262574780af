#include "testing/wasm_chain.hpp"

#include "crypto/hash.hpp"

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iostream>

namespace phat::testing {

namespace engine = phala::worker::engine;
using engine::ContractsError;
using engine::Mode;

namespace {

constexpr Balance kEndowment = Balance{1'000} * 1'000'000'000'000;

const engine::Engine& machine()
{
    static const auto made = engine::Engine::create();
    if (!made) {
        std::cerr << "no engine: " << made.error().message() << "\n";
        std::abort();
    }
    return **made;
}

Bytes read_contract(const std::string& name)
{
    const std::string path = std::string{PHAT_WASM_FOLDER} + "/" + name + ".wasm";
    std::ifstream file{path, std::ios::binary};
    if (!file) {
        std::cerr << path << " is not built; build preset wasm\n";
        std::abort();
    }
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::string name_of(const engine::DispatchError& error)
{
    if (const auto* module = error.get_if<engine::ModuleError>()) {
        const auto number = module->error[0];
        const auto name = module->index == engine::kPinkIndex
                              ? phala::reflect::enumerator_name(static_cast<engine::PinkError>(number))
                              : phala::reflect::enumerator_name(static_cast<ContractsError>(number));
        if (!name.empty())
            return std::string{name};
    }
    return engine::debug_text(error);
}

/// What a calling contract would be told.
host::ReturnCode code_of(const engine::DispatchError& error)
{
    if (error == engine::error_of(ContractsError::ContractNotFound))
        return host::ReturnCode::NotCallable;
    if (error == engine::error_of(ContractsError::TransferFailed))
        return host::ReturnCode::TransferFailed;
    if (error == engine::error_of(ContractsError::CodeNotFound))
        return host::ReturnCode::CodeNotFound;
    return host::ReturnCode::CalleeTrapped;
}

} // namespace

/// What queries reach: the test.
class WasmChain::World final : public engine::Surroundings {
public:
    explicit World(WasmChain& chain) : chain_{chain} {}
    std::uint64_t wall_clock_ms() override { return chain_.now(); }
    void fill_random(std::span<std::uint8_t> out) override
    {
        std::ranges::generate(out, [this] { return ++drawn_; });
    }
    phala::ByteArray<32> worker_public_key() override { return chain_.worker_public_key.bytes; }
    engine::HttpOutcome http_request(const AccountId&, const engine::HttpRequest& request) override
    {
        if (chain_.on_http)
            return chain_.on_http(request);
        return std::unexpected{engine::HttpRequestError::NotAllowed};
    }
    std::vector<engine::HttpOutcome> batch_http_request(const AccountId& contract,
                                                        const std::vector<engine::HttpRequest>& requests,
                                                        std::uint64_t) override
    {
        std::vector<engine::HttpOutcome> out;
        for (const auto& request : requests)
            out.push_back(http_request(contract, request));
        return out;
    }
    bool cache_set(const AccountId& contract, ByteView key, ByteView value) override
    {
        return chain_.cache_.set(contract, key, value, seconds());
    }
    void cache_set_expiration(const AccountId& contract, ByteView key, std::uint64_t lifetime) override
    {
        chain_.cache_.set_expiration(contract, key, lifetime, seconds());
    }
    std::optional<Bytes> cache_get(const AccountId& contract, ByteView key) override
    {
        return chain_.cache_.get(contract, key, seconds());
    }
    std::optional<Bytes> cache_remove(const AccountId& contract, ByteView key) override
    {
        return chain_.cache_.remove(contract, key, seconds());
    }

private:
    [[nodiscard]] std::uint64_t seconds() const { return chain_.now() / 1'000; }
    WasmChain& chain_;
    std::uint8_t drawn_ = 0;
};

WasmChain::WasmChain(const WasmSetup& setup)
    : key_{phala::Secret<32>{[] {
          phala::ByteArray<32> seed;
          seed.fill(42);
          return seed;
      }()}},
      gas_free_{setup.gas_price == 0}
{
    if (setup.bare) {
        give(setup.owner, setup.funds);
        return;
    }
    context_.cluster_key = &key_;
    const Bytes code = read_contract("system");
    auto made = machine().set_up({.cluster = {},
                                  .owner = setup.owner,
                                  .deposit = setup.funds,
                                  .gas_price = setup.gas_price,
                                  .deposit_per_item = setup.deposit_per_item,
                                  .deposit_per_byte = setup.deposit_per_byte,
                                  .treasury = setup.treasury,
                                  .system_code = code},
                                 context_);
    if (!made || !made->result) {
        std::cerr << "no cluster: " << (made ? made->result.error() : made.error().message()) << "\n";
        std::abort();
    }
    state_ = made->state;
    system_ = *made->result;
}

WasmChain::~WasmChain() = default;

AccountId WasmChain::account(std::string_view name)
{
    const AccountId account{phala::crypto::blake2_256(phala::bytes_of(name))};
    if (engine::Engine::total_balance(state_, account) == 0)
        give(account, kEndowment);
    return account;
}

Balance WasmChain::balance(const AccountId& account) const
{
    return engine::Engine::free_balance(state_, account);
}

void WasmChain::give(const AccountId& account, Balance amount)
{
    state_ = machine().deposit(state_, account, amount);
}

std::string WasmChain::file_of(std::string_view type, std::uint32_t version)
{
    std::string out;
    for (const char c : type) {
        if (std::isupper(static_cast<unsigned char>(c)) != 0 && !out.empty())
            out += '_';
        out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return version == 1 ? out : out + "_v" + std::to_string(version);
}

Hash WasmChain::upload_file(const std::string& name, bool with_floats)
{
    // the uploader's deposit is not what a test of a contract is about
    const AccountId uploader{phala::crypto::blake2_256(phala::bytes_of("uploader"))};
    give(uploader, kEndowment);
    auto uploaded = machine().upload_code(state_, uploader, read_contract(name),
                                          with_floats ? engine::Determinism::Relaxed : engine::Determinism::Enforced);
    if (!uploaded.result) {
        ADD_FAILURE() << name << ": " << uploaded.result.error() << " " << uploaded.reason;
        return {};
    }
    state_ = uploaded.state;
    return *uploaded.result;
}

void WasmChain::set_system_code(const std::string& name)
{
    system_code_ = read_contract(name);
    context_.latest_system_code = system_code_;
}

void WasmChain::seal(BlockNumber blocks)
{
    context_.block_number += blocks;
    context_.now_ms += blocks * Chain::kBlockTime;
}

void WasmChain::pass(Timestamp milliseconds)
{
    context_.block_number += static_cast<BlockNumber>(milliseconds / Chain::kBlockTime);
    context_.now_ms += milliseconds;
}

/// False where the engine itself failed, which no contract can cause.
template <class Done>
bool WasmChain::take(Done& done)
{
    receipt_ = {};
    if (!done) {
        ADD_FAILURE() << done.error().message();
        receipt_.failure = "MachineFailed";
        return false;
    }
    const auto& result = done->result;
    state_ = done->state;
    effects_ = std::move(done->effects);
    std::ranges::copy(effects_.contract_events, std::back_inserter(events_));
    for (const auto& effect : effects_.pink_events)
        if (const auto* operation = effect.event.template get_if<engine::CacheOp>())
            cache_.apply(effect.contract, *operation, now() / 1'000);
    receipt_.gas = result.gas_consumed.ref_time;
    gas_required_ = result.gas_required.ref_time;
    if (const auto* charge = result.storage_deposit.template get_if<engine::Charge>())
        receipt_.charged = charge->amount;
    if (const auto* refund = result.storage_deposit.template get_if<engine::Refund>())
        receipt_.refunded = refund->amount;
    if (!result.result)
        receipt_.failure = name_of(result.result.error());
    return result.result.has_value();
}

std::expected<AccountId, CallError> WasmChain::instantiate(const Hash& code, Bytes input, const From& from)
{
    const engine::TransactionArguments arguments{from.caller, from.value,         from.gas_limit,
                                                 gas_free_,   from.deposit_limit, 0};
    auto done = machine().instantiate(state_, context_, arguments, code, std::move(input), from.salt);
    if (!take(done))
        return std::unexpected{phat::detail::call_error(
            static_cast<std::uint32_t>(done ? code_of(done->result.result.error()) : host::ReturnCode::CalleeTrapped))};
    if (done->result.result->result.did_revert())
        return std::unexpected{CallError::Trapped};
    return done->result.result->account_id;
}

std::pair<std::uint32_t, Bytes> WasmChain::execute(Mode mode, const AccountId& contract, Bytes input, const From& from)
{
    World world{*this};
    engine::Context context = context_;
    context.mode = mode;
    if (mode == Mode::Query)
        context.surroundings = &world;
    const engine::TransactionArguments arguments{from.caller, from.value,         from.gas_limit,
                                                 gas_free_,   from.deposit_limit, 0};
    auto done = machine().call(state_, context, arguments, contract, std::move(input));
    if (!take(done)) {
        const auto code = done ? code_of(done->result.result.error()) : host::ReturnCode::CalleeTrapped;
        return {static_cast<std::uint32_t>(code), {}};
    }
    auto& given = *done->result.result;
    const auto code = given.did_revert() ? host::ReturnCode::CalleeReverted : host::ReturnCode::Success;
    return {static_cast<std::uint32_t>(code), std::move(given.data)};
}

} // namespace phat::testing
