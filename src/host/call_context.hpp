#pragma once
#include "crypto/sr25519_batch.hpp"
#include "host/keystore.hpp"
#include "host/offchain.hpp"
#include "host/overlay.hpp"
#include "host/storage_access.hpp"
#include "trie/proof.hpp"

#include <chrono>
#include <functional>
#include <stop_token>

namespace phala::host {

/// Levels of a runtime's own log lines, numbered as ext_logging_log_version_1 has them.
enum class LogLevel : std::uint8_t { Error, Warn, Info, Debug, Trace };

/// Takes a line that the runtime logs; target and message are borrowed for the call.
using LogSink = std::function<void(LogLevel level, std::string_view target, std::string_view message)>;

/// How many pages of 64 KiB a runtime's memory may grow by, unless the state says otherwise under `:heappages`.
inline constexpr std::uint32_t kDefaultHeapPages = 2048;

/// Far beyond what any honest call takes, a block's execution included: where this limit stops a block, its author had
/// no time for it either.
inline constexpr std::chrono::milliseconds kMaxCallTime = std::chrono::minutes{1};

/// What a call into the runtime may touch (spec substrate-host §5.4). What is absent is refused with a trap.
struct CallContext {
    Overlay& overlay;
    Keystore* keystore = nullptr;
    Offchain* offchain = nullptr;          ///< for OffchainWorkerApi alone
    const trie::Recorder* proof = nullptr; ///< where reads are recorded: what ext_storage_proof_size tells
    LogSink log = {};
    LogLevel max_log_level = LogLevel::Info;
    std::uint32_t heap_pages = kDefaultHeapPages;
    /// After it the call is stopped: a runtime that never returns must not hold the node for ever.
    std::chrono::milliseconds max_time = kMaxCallTime;
    /// Where it can be asked for, the call is stopped soon after it is.
    std::stop_token stop = {};
    StorageTrace trace = {}; ///< hears of what the runtime reads and writes
    /// Where given, sr25519 signatures are taken for valid and put here. The call's result counts only if the batch
    /// then verifies; else the call is to be made again without one, from the same state.
    crypto::sr25519::Batch* deferred = nullptr;
};

} // namespace phala::host
