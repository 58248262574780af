#pragma once
// The pallets of the khala runtime with their indexes (decisions §2). Frozen by composition/runtime_test.cpp.
#include "runtime/frame/construct.hpp"
#include "runtime/pallets/aura/aura.hpp"
#include "runtime/pallets/balances/balances.hpp"
#include "runtime/pallets/phala_mq/phala_mq.hpp"
#include "runtime/pallets/phala_phat_contracts/phala_phat_contracts.hpp"
#include "runtime/pallets/phala_phat_tokenomic/phala_phat_tokenomic.hpp"
#include "runtime/pallets/phala_registry/phala_registry.hpp"
#include "runtime/pallets/sudo/sudo.hpp"
#include "runtime/pallets/system/system.hpp"
#include "runtime/pallets/timestamp/timestamp.hpp"
#include "runtime/pallets/transaction_payment/transaction_payment.hpp"
#include "runtime/pallets/utility/utility.hpp"

namespace phala::runtime::composition {

using Runtime =
    Construct<At<0, system::Pallet>, At<1, timestamp::Pallet>, At<3, utility::Pallet>, At<40, balances::Pallet>,
              At<41, transaction_payment::Pallet>, At<53, aura::Pallet>, At<85, phala_mq::Pallet>,
              At<86, phala_registry::Pallet>, At<91, phala_phat_contracts::Pallet>,
              At<92, phala_phat_tokenomic::Pallet>, At<99, sudo::Pallet>>;

/// Changes of what is stored, made when this runtime takes over (frame/migration.hpp).
using Migrations = std::tuple<>;

} // namespace phala::runtime::composition

namespace phala::runtime {

/// For programs that name the chain that they talk to.
namespace khala = composition;

} // namespace phala::runtime
