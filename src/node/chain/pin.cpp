#include "node/chain/pin.hpp"

namespace phala::node {

void PinTable::add(const BlockRef& block)
{
    const std::lock_guard lock{mutex_};
    auto& entry = blocks_[block.hash];
    entry.number = block.number;
    ++entry.pins;
}

void PinTable::release(const H256& hash)
{
    const std::lock_guard lock{mutex_};
    auto at = blocks_.find(hash);
    if (at != blocks_.end() && --at->second.pins == 0)
        blocks_.erase(at);
}

Pin::Pin(std::shared_ptr<PinTable> table, const BlockRef& block) : table_{std::move(table)}, block_{block}
{
    table_->add(block_);
}

Pin::~Pin()
{
    release();
}

Pin& Pin::operator=(Pin&& other) noexcept
{
    if (this != &other) {
        release();
        table_ = std::move(other.table_);
        block_ = other.block_;
    }
    return *this;
}

void Pin::release()
{
    if (table_)
        table_->release(block_.hash);
    table_.reset();
}

} // namespace phala::node
