#include "runtime/testing/chain.hpp"

#include "runtime/frame/storage_io.hpp"
#include "runtime/log.hpp"

namespace phala::runtime::testing {
namespace {

crypto::KeyPair pair_of(std::string_view name)
{
    auto pair = crypto::KeyPair::from_uri("//" + std::string{name});
    if (!pair)
        panic("no key for " + std::string{name});
    return std::move(*pair);
}

} // namespace

Person::Person(std::string_view name) : pair_{pair_of(name)}, id_{pair_.account()} {}

MultiSignature Person::sign(ByteView payload) const
{
    return pair_.sign(payload, {});
}

Chain::Chain(std::vector<std::pair<AccountId, Balance>> balances)
{
    set_state({});
    composition::GenesisConfig config{};
    std::get<balances::GenesisConfig>(config).balances = std::move(balances);
    std::get<aura::GenesisConfig>(config).authorities = {{Person{"Alice"}.id().bytes}};
    std::get<sudo::GenesisConfig>(config).key = Person{"Alice"}.id();
    composition::Runtime::build_genesis(config);
    set_state(state());
    const Header header{.parent_hash = {},
                        .number = 0,
                        .state_root = {io::root(config::kStateVersion)},
                        .extrinsics_root = {},
                        .digest = {}};
    genesis_ = head_ = {crypto::blake2_256(scale::encode(header))};
}

Bytes Chain::transaction(const Person& signer, const RuntimeCall& call, const TransactionOptions& options) const
{
    const Nonce nonce = options.nonce.value_or(system::Account::get(signer).nonce);
    const auto birth = static_cast<BlockNumber>(options.era.birth(height_ + 1));
    const H256 mortality = options.era.is_immortal() ? genesis_
                           : birth == height_        ? head_
                                                     : system::BlockHash::get(birth);
    const Bytes full =
        sign_extrinsic(scale::encode(call), signer, tx_extensions(options.era, nonce, options.tip),
                       implicit_bytes({spec_version(), config::kTransactionVersion, genesis_}, mortality),
                       [&](ByteView payload) { return signer.sign(payload); });
    return to_bytes(*unwrap_extrinsic(full));
}

void Chain::begin()
{
    ++slot_;
    open_ = {};
    open_.header.parent_hash = head_;
    open_.header.number = height_ + 1;
    open_.header.digest.logs.push_back({digest::PreRuntime{aura::kEngine, scale::encode(slot_)}});
    executive::initialize_block(open_.header);
    InherentData data;
    data.put(kTimestampInherent, slot_ * config::kSlotDuration);
    io::start_transaction();
    const auto inherents = executive::inherent_extrinsics(data);
    io::rollback_transaction();
    for (const auto& inherent : inherents)
        if (!apply(inherent))
            panic("an inherent is not valid");
}

executive::ApplyResult Chain::apply(const Bytes& extrinsic)
{
    auto result = executive::apply_extrinsic(extrinsic);
    if (result)
        open_.extrinsics.push_back(extrinsic);
    return result;
}

Block Chain::end()
{
    open_.header = executive::finalize_block();
    if (open_layers() != 0)
        panic("the block leaves storage layers open");
    head_ = {crypto::blake2_256(scale::encode(open_.header))};
    height_ = open_.header.number;
    set_state(state());
    return std::move(open_);
}

Block Chain::block(std::vector<Bytes> transactions)
{
    begin();
    for (const auto& transaction : transactions)
        if (!apply(transaction))
            panic("a transaction is not valid");
    return end();
}

std::vector<system::Record> events()
{
    return system::Events::get();
}

std::vector<std::string> event_names(std::uint32_t extrinsic)
{
    std::vector<std::string> out;
    for (const auto& record : events()) {
        if (record.phase != system::Phase{system::ApplyExtrinsic{extrinsic}})
            continue;
        for (const auto& pallet : pallets())
            if (pallet.index == record.event.pallet())
                out.push_back(std::string{pallet.name} + "." + std::to_string(record.event.bytes()[1]));
    }
    return out;
}

Balance sum_of_balances()
{
    Balance sum = 0;
    system::Account::iterate(
        [&](const AccountId&, const system::AccountInfo& info) { sum += info.data.free + info.data.reserved; });
    return sum;
}

} // namespace phala::runtime::testing
