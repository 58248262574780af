#include "host/error.hpp"

namespace phala::host {

std::string_view describe(HostError error)
{
    switch (error) {
    case HostError::BadBlob: return "code is no runtime this host can run";
    case HostError::MissingExport: return "runtime does not export the function";
    case HostError::Trap: return "runtime stopped with an error";
    case HostError::BadResult: return "runtime returned a malformed result";
    case HostError::NoTransaction: return "storage transactions do not balance";
    case HostError::Unavailable: return "execution engine is out of resources";
    }
    return "unknown host error";
}

} // namespace phala::host
