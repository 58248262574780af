#include "base/hex.hpp"
#include "node/chain/impl.hpp"

namespace phala::node {

namespace {

/// The header that executing the block leads to; the error tells which step did not succeed.
Outcome<Header> resulting_header(const host::Runtime& runtime, const host::StateReader& parent_state,
                                 const Block& block)
{
    host::Overlay overlay{parent_state};
    auto context = logged_context(overlay);
    context.log = {}; // all of it was logged once
    Header header = block.header;
    header.state_root = {};
    header.extrinsics_root = {};
    std::erase_if(header.digest.logs, [](const DigestItem& item) { return !item.item.is<digest::PreRuntime>(); });
    PHALA_CHECK(runtime.call("Core_initialize_block", scale::encode(header), context));
    for (std::size_t i = 0; i < block.extrinsics.size(); ++i) {
        PHALA_TRY(auto answer,
                  runtime.call("BlockBuilder_apply_extrinsic", scale::encode(block.extrinsics[i]), context));
        if (answer.empty() || answer.front() != 0)
            return fail(ChainError::BadBlock, "extrinsic " + std::to_string(i) + " cannot be included");
    }
    PHALA_TRY(auto answer, runtime.call("BlockBuilder_finalize_block", {}, context));
    return scale::decode<Header>(answer);
}

} // namespace

Error diagnose(const host::Runtime& runtime, const host::StateReader& parent_state, const Block& unsealed,
               Error trapped)
{
    if (trapped.is(host::HostError::Unavailable))
        return trapped; // that is this machine's, not the block's
    const auto header = resulting_header(runtime, parent_state, unsealed);
    if (header && header->state_root != unsealed.header.state_root)
        return {ChainError::WrongRoot, to_hex0x(header->state_root)};
    if (!header && header.error().is(ChainError::BadBlock))
        return header.error();
    return {ChainError::BadBlock, trapped.message()};
}

} // namespace phala::node
