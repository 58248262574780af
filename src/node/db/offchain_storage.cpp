#include "node/db/offchain_storage.hpp"

namespace phala::node {

Outcome<std::optional<Bytes>> OffchainStorage::get(ByteView key) const
{
    return store_->get(Column::Offchain, key);
}

Outcome<> OffchainStorage::set(ByteView key, ByteView value)
{
    Batch batch;
    batch.put(Column::Offchain, key, value);
    return store_->commit_soon(std::move(batch));
}

Outcome<> OffchainStorage::clear(ByteView key)
{
    Batch batch;
    batch.remove(Column::Offchain, key);
    return store_->commit_soon(std::move(batch));
}

Outcome<bool> OffchainStorage::compare_and_set(ByteView key, const std::optional<Bytes>& expected, ByteView value)
{
    Batch batch;
    batch.put(Column::Offchain, key, value);
    return store_->commit_if(Column::Offchain, key, expected, std::move(batch));
}

} // namespace phala::node
