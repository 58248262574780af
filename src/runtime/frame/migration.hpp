#pragma once
// Changes of what is stored, which a runtime makes once, in the first block that it executes (spec substrate-host §6.8):
//
//   struct RenameDrawers {
//       using Pallet = cabinet::Pallet;
//       static constexpr std::uint16_t from = 1, to = 2;   // versions of the pallet's storage
//       static Weight run();                               // changes the storage; gives what that cost
//   };
//
// The composition lists them, oldest first. One runs if the pallet's storage is of version `from`, and is of version
// `to` afterwards: a chain that missed some upgrades makes all the changes, and none twice.
#include "runtime/frame/pallet.hpp"
#include "runtime/frame/storage_version.hpp"

namespace phala::runtime {

namespace detail {

template <class M>
Weight migrate_one()
{
    static_assert(M::from < M::to, "a migration leads to a later version of the storage");
    static_assert(M::to <= M::Pallet::storage_version, "the pallet does not know the version that the migration makes");
    if (storage_version(M::Pallet::name) != M::from)
        return weight_of(1, 0);
    const Weight used = M::run();
    put_storage_version(M::Pallet::name, M::to);
    return used + weight_of(1, 1);
}

} // namespace detail

/// Runs the migrations listed in a tuple.
template <class List>
Weight migrate()
{
    Weight used{};
    [&]<class... M>(std::tuple<M...>*) {
        ((used = used + detail::migrate_one<M>()), ...);
    }(static_cast<List*>(nullptr));
    return used;
}

} // namespace phala::runtime
