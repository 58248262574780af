// What the next version of khala changes, for tests of upgrades (tests/blob/upgrade_test.cpp).
#include "runtime/composition/composition.hpp"
#include "runtime/frame/migration.hpp"

namespace phala::runtime {
namespace {

/// Leaves a byte for each time that it ran.
struct LeaveATrace {
    struct Pallet {
        static constexpr std::string_view name = system::Pallet::name;
        static constexpr std::uint16_t storage_version = system::Pallet::storage_version + 1;
    };
    static constexpr std::uint16_t from = system::Pallet::storage_version, to = from + 1;
    static Weight run()
    {
        io::append(bytes_of(":migrated"), Bytes{1});
        return weight_of(0, 1);
    }
};

} // namespace

Weight run_migrations()
{
    return migrate<std::tuple<LeaveATrace>>();
}

} // namespace phala::runtime
