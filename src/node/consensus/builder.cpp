#include "node/consensus/builder.hpp"

#include "primitives/dispatch_error.hpp"
#include "primitives/inherent.hpp"

namespace phala::node {

std::string_view describe(AuthorError error)
{
    switch (error) {
    case AuthorError::BadInherent: return "the runtime refused its own inherent";
    case AuthorError::NotOurTurn: return "this node has no key of a coming slot's author";
    case AuthorError::NothingToDo:
        return "the transaction pool is empty; set create_empty to true to make an empty block";
    }
    return "unknown author error";
}

namespace {

using ApplyResult = std::expected<std::expected<void, DispatchError>, TransactionValidityError>;

template <class T>
Outcome<T> answered(Outcome<T>&& decoded, const char* function)
{
    if (!decoded)
        return fail(ChainError::BadAnswer, std::string{function} + ": " + decoded.error().message());
    return std::move(*decoded);
}

} // namespace

BlockBuilder::BlockBuilder(PinnedState state, std::shared_ptr<const host::Runtime> runtime)
    : state_{std::move(state)}, runtime_{std::move(runtime)}
{
}

Outcome<std::unique_ptr<BlockBuilder>> BlockBuilder::start(const Chain& chain, const H256& parent, aura::Slot slot,
                                                           std::uint64_t slot_duration)
{
    PHALA_TRY(auto parent_header, chain.require_header(parent));
    PHALA_TRY(auto state, chain.state_at(parent));
    PHALA_TRY(auto runtime, chain.runtime_at(parent));
    std::unique_ptr<BlockBuilder> builder{new BlockBuilder{std::move(state), std::move(runtime)}};
    builder->slot_ = slot;
    builder->timestamp_ms_ = slot * slot_duration;
    Header header{.parent_hash = parent,
                  .number = parent_header.number + 1,
                  .state_root = {},
                  .extrinsics_root = {},
                  .digest = {}};
    header.digest.logs.push_back(aura::slot_item(slot));
    auto context = logged_context(builder->overlay_);
    PHALA_CHECK(builder->runtime_->call("Core_initialize_block", scale::encode(header), context));
    return builder;
}

Outcome<> BlockBuilder::apply_inherents()
{
    InherentData data;
    data.put(kTimestampInherent, timestamp_ms_);
    data.put(kAuraSlotInherent, slot_);
    overlay_.begin_transaction(); // making inherents may write: that is no part of the block (§0.4)
    auto context = logged_context(overlay_);
    auto answer = runtime_->call("BlockBuilder_inherent_extrinsics", scale::encode(data), context);
    PHALA_CHECK(overlay_.rollback_transaction());
    if (!answer)
        return fail(std::move(answer));
    PHALA_TRY(auto inherents, answered(scale::decode<std::vector<Bytes>>(*answer), "inherent_extrinsics"));
    for (const auto& inherent : inherents) {
        PHALA_TRY(auto applied, apply(inherent));
        if (!applied)
            return fail(AuthorError::BadInherent, describe(applied.error()));
    }
    return {};
}

Outcome<Bytes> BlockBuilder::apply_for_answer(ByteView extrinsic)
{
    auto context = logged_context(overlay_);
    return runtime_->call("BlockBuilder_apply_extrinsic", scale::encode(std::span<const std::uint8_t>{extrinsic}),
                          context);
}

Outcome<BlockBuilder::Applied> BlockBuilder::apply(ByteView extrinsic)
{
    overlay_.begin_transaction();
    auto answer = apply_for_answer(extrinsic);
    auto result = answer ? answered(scale::decode<ApplyResult>(*answer), "apply_extrinsic")
                         : Outcome<ApplyResult>{fail(std::move(answer))};
    if (!result || !*result) {
        PHALA_CHECK(overlay_.rollback_transaction());
        if (!result)
            return fail(std::move(result));
        return Applied{std::unexpected(result->error())};
    }
    PHALA_CHECK(overlay_.commit_transaction());
    extrinsics_.push_back(to_bytes(extrinsic));
    return Applied{};
}

Outcome<Block> BlockBuilder::finish()
{
    auto context = logged_context(overlay_);
    PHALA_TRY(auto answer, runtime_->call("BlockBuilder_finalize_block", {}, context));
    PHALA_TRY(auto header, answered(scale::decode<Header>(answer), "finalize_block"));
    return Block{std::move(header), std::move(extrinsics_)};
}

} // namespace phala::node
