#include "node/offchain/world.hpp"

#include "crypto/random.hpp"
#include "host/error.hpp"
#include "node/log/log.hpp"

#include <condition_variable>
#include <mutex>

namespace phala::node {

using host::OffchainStore;

OffchainWorld::OffchainWorld(OffchainStorage storage, Pool& pool, bool is_validator, const OffchainLimits& limits,
                             std::stop_token stop)
    : storage_{storage}, pool_{pool}, is_validator_{is_validator}, limits_{limits}, stop_{std::move(stop)},
      end_{std::chrono::steady_clock::now() + limits.time}
{
}

bool OffchainWorld::submit_transaction(ByteView extrinsic)
{
    if (++transactions_ > limits_.transactions)
        return false;
    auto body = scale::decode<Bytes>(extrinsic);
    if (!body)
        return false;
    auto submitted = pool_.submit(TransactionSource::Local, std::move(*body));
    if (!submitted)
        log("offchain").debug("a transaction was refused: {}", submitted.error().message());
    return submitted.has_value();
}

std::uint64_t OffchainWorld::timestamp() const
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

void OffchainWorld::sleep_until(std::uint64_t timestamp)
{
    const std::uint64_t now = this->timestamp();
    const auto most = static_cast<std::uint64_t>(limits_.time.count());
    const std::chrono::milliseconds wanted{timestamp <= now ? 0 : std::min(timestamp - now, most)};
    std::mutex sleeping;
    std::condition_variable_any never;
    std::unique_lock lock{sleeping};
    never.wait_until(lock, stop_, std::min(end_, std::chrono::steady_clock::now() + wanted), [] { return false; });
}

ByteArray<32> OffchainWorld::random_seed()
{
    ByteArray<32> seed;
    crypto::fill_random(seed);
    return seed;
}

Outcome<> OffchainWorld::charge(std::size_t bytes)
{
    written_ += bytes;
    if (written_ > limits_.written)
        return fail(host::HostError::Trap,
                    "an offchain worker wrote more than " + std::to_string(limits_.written) + " bytes");
    return {};
}

Outcome<std::optional<Bytes>> OffchainWorld::get(OffchainStore store, ByteView key) const
{
    if (store == OffchainStore::Persistent)
        return storage_.get(key);
    const auto found = of_this_run_.find(key);
    return found == of_this_run_.end() ? std::nullopt : std::optional{found->second};
}

Outcome<> OffchainWorld::set(OffchainStore store, ByteView key, ByteView value)
{
    PHALA_CHECK(charge(key.size() + value.size()));
    if (store == OffchainStore::Persistent)
        return storage_.set(key, value);
    of_this_run_.insert_or_assign(to_bytes(key), to_bytes(value));
    return {};
}

Outcome<> OffchainWorld::clear(OffchainStore store, ByteView key)
{
    PHALA_CHECK(charge(key.size()));
    if (store == OffchainStore::Persistent)
        return storage_.clear(key);
    of_this_run_.erase(to_bytes(key));
    return {};
}

Outcome<bool> OffchainWorld::compare_and_set(OffchainStore store, ByteView key, const std::optional<Bytes>& expected,
                                             ByteView value)
{
    PHALA_CHECK(charge(key.size() + value.size()));
    if (store == OffchainStore::Persistent)
        return storage_.compare_and_set(key, expected, value);
    PHALA_TRY(const auto found, get(store, key));
    if (found != expected)
        return false;
    of_this_run_.insert_or_assign(to_bytes(key), to_bytes(value));
    return true;
}

} // namespace phala::node
