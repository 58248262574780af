#pragma once
// A fault in the middle of a commit (invariant 2 of the architecture): half of what RocksDB writes to its log reaches
// the disk, then the process is gone; or, at the point "full-disk", there is no more space. Natively only, and
// only where PHALA_FAULT names a point.
#include <memory>
#include <string_view>

namespace rocksdb {
class Env;
}

namespace phala::fault {

/// The environment for a database that may be torn; null, which means RocksDB's own, unless a test asks for faults.
std::unique_ptr<rocksdb::Env> tearing_env();

/// Where the point `name` is due, the next write to the log of a database with such an environment is its last.
void tear_next_write(std::string_view name);

} // namespace phala::fault
