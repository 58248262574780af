// One more export for tests: dispatches a call for any origin, as nobody can on a real chain.
#include "runtime/frame/api.hpp"
#include "runtime/frame/call.hpp"
#include "runtime/frame/storage_io.hpp"
#include "runtime/testing/blob/dispatched.hpp"

namespace phala::runtime::testing {
namespace {

struct Testing {};
struct dispatch {
    Origin origin;
    RuntimeCall call;
    [[nodiscard]] Dispatched answer() const
    {
        const auto result = call.dispatch(origin);
        const PostDispatchInfo& post = result ? *result : result.error().post;
        return {result ? std::nullopt : std::optional{result.error().error}, post.actual_weight, post.pays_fee};
    }
};

} // namespace
} // namespace phala::runtime::testing

extern "C" __attribute__((export_name("Testing_dispatch"))) std::uint64_t testing_dispatch(const std::uint8_t* data,
                                                                                           std::uint32_t size)
{
    using namespace phala::runtime;
    const auto& kept = *new phala::Bytes{answer_call<testing::Testing, testing::dispatch>(phala::ByteView{data, size})};
    io::sync();
    return static_cast<std::uint64_t>(kept.size()) << 32 | reinterpret_cast<std::uintptr_t>(kept.data());
}
