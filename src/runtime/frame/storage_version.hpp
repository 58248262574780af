#pragma once
// Which layout a pallet's storage has: `:__STORAGE_VERSION__:` under the pallet's prefix (spec substrate-host §6.7).
#include <cstdint>
#include <string_view>

namespace phala::runtime {

/// 0 where none is stored.
std::uint16_t storage_version(std::string_view pallet);
void put_storage_version(std::string_view pallet, std::uint16_t version);

} // namespace phala::runtime
