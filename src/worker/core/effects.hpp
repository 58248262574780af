#pragma once
#include "worker/core/egress.hpp"
#include "worker/core/log_server.hpp"

#include <string>

namespace phala::worker {

/// Where executing a message leaves what is to be kept, sent and told. All of it becomes real with the block's commit.
struct Effects {
    Egress& egress;
    std::vector<AnyLogRecord>& logs;
    Entropy& entropy;
    std::vector<RecordChange>& records;
    std::vector<std::string>& notes;
    std::optional<std::string> halt = {}; ///< what of the message this program cannot do: the worker must not go on
};

} // namespace phala::worker
