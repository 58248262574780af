#include "worker/core/engine/code_cache.hpp"

#include "base/hex.hpp"

namespace phala::worker::engine {

namespace {

std::string stored_name(const H256& hash)
{
    return to_hex(hash) + "-" + compilation();
}

} // namespace

Outcome<std::shared_ptr<const CompiledCode>> CodeCache::build(ByteView code, Determinism determinism) const
{
    PHALA_TRY(auto module, check_code(code, determinism));
    if (auto valid = machine_.validate(code); !valid)
        return fail(CodeError::Rejected, valid.error().message());
    PHALA_TRY(const auto instrumented, instrument(std::move(module)));
    return machine_.compile(instrumented);
}

std::shared_ptr<const CompiledCode> CodeCache::find(const H256& hash)
{
    const std::lock_guard lock{mutex_};
    const auto at = entries_.find(hash);
    if (at == entries_.end())
        return nullptr;
    uses_.splice(uses_.begin(), uses_, at->second.use);
    return at->second.code;
}

std::shared_ptr<const CompiledCode> CodeCache::find_stored(const H256& hash) const
{
    const auto saved = store_ == nullptr ? std::nullopt : store_->find(stored_name(hash));
    if (!saved)
        return nullptr;
    auto code = machine_.load(*saved);
    return code ? std::move(*code) : nullptr; // of another machine's processor, for instance
}

void CodeCache::keep(const H256& hash, const CompiledCode& code) const
{
    if (store_ == nullptr)
        return;
    if (const auto saved = Machine::save(code))
        store_->keep(stored_name(hash), *saved);
}

void CodeCache::insert(const H256& hash, std::shared_ptr<const CompiledCode> code)
{
    const std::lock_guard lock{mutex_};
    if (entries_.contains(hash))
        return;
    uses_.push_front(hash);
    entries_.emplace(hash, Entry{std::move(code), uses_.begin()});
    if (entries_.size() > kCapacity) {
        entries_.erase(uses_.back());
        uses_.pop_back();
    }
}

} // namespace phala::worker::engine
