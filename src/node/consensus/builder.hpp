#pragma once
// Builds a block call by call (spec substrate-host §6.1, the host's part of authoring).
#include "node/chain/chain.hpp"
#include "node/pool/pool.hpp"

#include <chrono>

namespace phala::node {

enum class AuthorError : std::uint8_t {
    BadInherent, ///< the runtime refused an inherent that it made itself
    NotOurTurn,  ///< none of the next slots is this author's
    NothingToDo, ///< no transaction could be included and an empty block was not asked for
};
std::string_view describe(AuthorError error);

/// One block in the making, on its own overlay over the parent's state.
class BlockBuilder {
public:
    /// Initialises a block in a slot on a parent. The timestamp of the inherents is the start of the slot.
    static Outcome<std::unique_ptr<BlockBuilder>> start(const Chain& chain, const H256& parent, aura::Slot slot,
                                                        std::uint64_t slot_duration);

    /// Applies the runtime's own extrinsics.
    Outcome<> apply_inherents();

    /// What the runtime said of an extrinsic. After an error nothing of it is left.
    using Applied = std::expected<void, TransactionValidityError>;
    Outcome<Applied> apply(ByteView extrinsic);
    /// As apply, but gives the runtime's whole answer (for a dry run).
    Outcome<Bytes> apply_for_answer(ByteView extrinsic);

    /// The finished block without its seal.
    Outcome<Block> finish();

private:
    BlockBuilder(PinnedState state, std::shared_ptr<const host::Runtime> runtime);

    PinnedState state_;
    host::Overlay overlay_{*state_};
    std::shared_ptr<const host::Runtime> runtime_;
    aura::Slot slot_ = 0;
    std::uint64_t timestamp_ms_ = 0;
    std::vector<Bytes> extrinsics_;
};

} // namespace phala::node
