#include "block.hpp"

#include "scale/codec.hpp"

namespace phala::vectors {

Outcome<Bytes> BlockBuilder::ask(std::string_view function, ByteView arguments)
{
    overlay_.begin_transaction();
    auto answer = call(function, arguments);
    PHALA_CHECK(overlay_.rollback_transaction());
    return answer;
}

Outcome<Bytes> BlockBuilder::apply(ByteView extrinsic)
{
    auto answer = call("BlockBuilder_apply_extrinsic", extrinsic);
    if (answer) {
        append(extrinsics_, extrinsic);
        ++count_;
    }
    return answer;
}

Bytes BlockBuilder::body() const
{
    return concat(scale::encode(scale::Compact<std::uint32_t>{count_}), extrinsics_);
}

Outcome<trie::Hash> execute(const host::Runtime& runtime, const host::StateReader& parent, ByteView block,
                            trie::StateVersion version)
{
    host::Overlay overlay{parent};
    host::CallContext context{.overlay = overlay};
    PHALA_CHECK(runtime.call("Core_execute_block", block, context));
    return overlay.root(version);
}

} // namespace phala::vectors
