#pragma once
// What the host functions see of the Chain that runs.
#include "testing/chain.hpp"

namespace phat::testing {

/// Thrown where a frame ends by seal_return.
struct FrameReturned {
    std::uint32_t flags;
    Bytes data;
};
/// Thrown where a frame ends by a trap.
struct FrameTrapped {
    std::string_view failure = "ContractTrapped"; ///< the engine's name for it
};

class Host {
public:
    /// The chain that runs; counts how often it is asked for.
    static Chain& chain();
    static auto& frame() { return chain().frame(); }
    static auto& contract() { return chain().contract(); }
    static auto& state() { return chain().state_; }
    static auto& codes() { return chain().codes_; }
    static auto& logs() { return chain().logs_; }
    static auto& cache() { return chain().caches_[frame().self]; }
    static bool is_query() { return chain().mode_ == Chain::Mode::Query; }
    static Bytes random(std::size_t size);
    static bool move(const AccountId& from, const AccountId& to, Balance amount)
    {
        return chain().move(from, to, amount);
    }
    static auto enter(const AccountId& callee, Balance value, Bytes input)
    {
        return chain().enter(callee, frame().self, value, std::move(input));
    }
    static auto delegate(const Hash& code, Bytes input) { return chain().delegate(code, std::move(input)); }
    static void terminate(const AccountId& beneficiary) { chain().terminate(beneficiary); }
    static auto instantiate(const Hash& code, Balance value, Bytes input, ByteView salt, AccountId& address)
    {
        return chain().instantiate(code, frame().self, value, std::move(input), salt, address);
    }
};

/// Writes a result where the contract wants it; one that does not fit traps.
void give(ByteView data, void* out, std::uint32_t* out_size);

} // namespace phat::testing
