#pragma once
#include "primitives/types.hpp"
#include "worker/core/engine/machine.hpp"

#include <list>
#include <map>
#include <mutex>

namespace phala::worker::engine {

/// Keeps compiled code between runs of the worker. It may lose anything at any time, but what it gives is byte for byte
/// what was put there under that name: it is executed. A trust boundary, so an interface.
struct CompiledStore {
    virtual ~CompiledStore() = default;
    virtual std::optional<Bytes> find(const std::string& name) = 0;
    virtual void keep(const std::string& name, ByteView code) = 0;
};

/// Compiled code by code hash, the least recently used dropped beyond a limit. Safe to use from many threads; the
/// lock is not held while code is compiled.
class CodeCache {
public:
    /// `store` may be null. It must outlive the cache.
    CodeCache(const Machine& machine, CompiledStore* store) : machine_{machine}, store_{store} {}

    /// `load` gives the uploaded code; it is asked only if the code is neither here nor in the store.
    template <class Load>
    Outcome<std::shared_ptr<const CompiledCode>> get(const H256& hash, Determinism determinism, Load load)
    {
        if (auto found = find(hash))
            return found;
        if (auto stored = find_stored(hash)) {
            insert(hash, stored);
            return stored;
        }
        PHALA_TRY(auto compiled, build(load(), determinism));
        insert(hash, compiled);
        keep(hash, *compiled);
        return compiled;
    }

    /// Checks, instruments and compiles code that was not accepted before.
    Outcome<std::shared_ptr<const CompiledCode>> build(ByteView code, Determinism determinism) const;
    void insert(const H256& hash, std::shared_ptr<const CompiledCode> code);
    /// Puts it into the store, for the next run.
    void keep(const H256& hash, const CompiledCode& code) const;

private:
    static constexpr std::size_t kCapacity = 256; ///< modules

    struct Entry {
        std::shared_ptr<const CompiledCode> code;
        std::list<H256>::iterator use;
    };

    std::shared_ptr<const CompiledCode> find(const H256& hash);
    [[nodiscard]] std::shared_ptr<const CompiledCode> find_stored(const H256& hash) const;

    const Machine& machine_;
    CompiledStore* store_;
    std::mutex mutex_;
    std::map<H256, Entry> entries_; // guarded by mutex_, as is uses_
    std::list<H256> uses_;          // most recent first
};

} // namespace phala::worker::engine
