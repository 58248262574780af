// What this blob says about itself when it is asked. What it says without being run: sections.cpp.
#include "runtime/composition/identity.hpp"

#include "runtime/composition/apis.hpp"

namespace phala::runtime {

std::uint32_t spec_version()
{
    return composition::kThisSpecVersion;
}

RuntimeVersion runtime_version()
{
    return {
        .spec_name = std::string{config::kSpecName},
        .impl_name = std::string{config::kImplName},
        .authoring_version = config::kAuthoringVersion,
        .spec_version = spec_version(),
        .impl_version = config::kImplVersion,
        .apis = composition::Apis::versions(),
        .transaction_version = config::kTransactionVersion,
        .state_version = config::kStateVersion,
    };
}

} // namespace phala::runtime
