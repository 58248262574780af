#pragma once
// What the core keeps between runs: keys and values, written in one batch per block by whoever owns the disk.
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <optional>

namespace phala::worker {

/// The store as the core sees it. An implementation seals values and hides keys (decisions §4.7); it may be called
/// from several threads at once.
struct RecordReader {
    virtual ~RecordReader() = default;
    [[nodiscard]] virtual Outcome<std::optional<Bytes>> get(ByteView key) const = 0;
};

/// One record to write, or to remove where there is no value. Values hold secrets: the store wipes them.
struct RecordChange {
    Bytes key;
    std::optional<Bytes> value;
};

} // namespace phala::worker
