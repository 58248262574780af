// Apart from the rest of the frame, so that tests can have calls dispatched by the blob instead (tests/blob).
#include "runtime/frame/call.hpp"
#include "runtime/frame/storage_io.hpp"

namespace phala::runtime {

DispatchResultWithPostInfo RuntimeCall::dispatch(const Origin& origin) const
{
    io::start_transaction();
    auto result = ops_->dispatch(call_, origin);
    if (result)
        io::commit_transaction();
    else
        io::rollback_transaction();
    return result;
}

} // namespace phala::runtime
