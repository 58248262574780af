#pragma once
// Building a block on a state and executing it again, as a node does.
#include "host/engine.hpp"

#include <string_view>

namespace phala::vectors {

/// A block in the making.
class BlockBuilder {
public:
    BlockBuilder(const host::Runtime& runtime, const host::StateReader& parent) : runtime_{runtime}, overlay_{parent} {}

    /// Any call; what it writes is part of the block.
    Outcome<Bytes> call(std::string_view function, ByteView arguments)
    {
        return runtime_.call(function, arguments, context_);
    }
    /// Any call; what it writes is dropped.
    Outcome<Bytes> ask(std::string_view function, ByteView arguments);

    /// Applies an extrinsic, length prefix included, and keeps it for the body.
    Outcome<Bytes> apply(ByteView extrinsic);
    /// The encoded header.
    Outcome<Bytes> finish() { return call("BlockBuilder_finalize_block", {}); }
    /// The encoded list of what was applied.
    [[nodiscard]] Bytes body() const;

    host::Overlay& overlay() { return overlay_; }

private:
    const host::Runtime& runtime_;
    host::Overlay overlay_;
    host::CallContext context_{.overlay = overlay_};
    std::uint32_t count_ = 0;
    Bytes extrinsics_;
};

/// Executes a block on its parent's state; gives the root after it.
Outcome<trie::Hash> execute(const host::Runtime& runtime, const host::StateReader& parent, ByteView block,
                            trie::StateVersion version);

} // namespace phala::vectors
