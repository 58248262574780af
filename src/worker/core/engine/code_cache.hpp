#pragma once
#include "primitives/types.hpp"
#include "worker/core/engine/machine.hpp"

#include <list>
#include <map>
#include <mutex>

namespace phala::worker::engine {

/// Compiled code by code hash, the least recently used dropped beyond a limit. Safe to use from many threads; the
/// lock is not held while code is compiled.
class CodeCache {
public:
    explicit CodeCache(const Machine& machine) : machine_{machine} {}

    /// `load` gives the uploaded code; it is asked only if the code is not here.
    template <class Load>
    Outcome<std::shared_ptr<const CompiledCode>> get(const H256& hash, Determinism determinism, Load load)
    {
        if (auto found = find(hash))
            return found;
        PHALA_TRY(auto compiled, build(load(), determinism));
        insert(hash, compiled);
        return compiled;
    }

    /// Checks, instruments and compiles code that was not accepted before.
    Outcome<std::shared_ptr<const CompiledCode>> build(ByteView code, Determinism determinism) const;
    void insert(const H256& hash, std::shared_ptr<const CompiledCode> code);

private:
    static constexpr std::size_t kCapacity = 256; ///< modules

    struct Entry {
        std::shared_ptr<const CompiledCode> code;
        std::list<H256>::iterator use;
    };

    std::shared_ptr<const CompiledCode> find(const H256& hash);

    const Machine& machine_;
    std::mutex mutex_;
    std::map<H256, Entry> entries_; // guarded by mutex_, as is uses_
    std::list<H256> uses_;          // most recent first
};

} // namespace phala::worker::engine
