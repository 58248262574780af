#pragma once
// What the core keeps between runs: keys and values, written in one batch per block by whoever owns the disk.
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <functional>
#include <optional>

namespace phala::worker {

/// Where a record belongs: single records, or the entries of contract state, which are read back all together.
enum class Table : std::uint8_t { Single, State };

/// The store as the core sees it. An implementation seals values and hides keys (decisions §4.7); it may be called
/// from several threads at once.
struct RecordReader {
    virtual ~RecordReader() = default;

    /// A record of Table::Single.
    [[nodiscard]] virtual Outcome<std::optional<Bytes>> get(ByteView key) const = 0;

    /// Every record of Table::State, in no order.
    [[nodiscard]] virtual Outcome<>
    each_state_entry(const std::function<void(Bytes key, Bytes value)>& visit) const = 0;
};

/// One record to write, or to remove where there is no value. Values hold secrets: the store wipes them.
struct RecordChange {
    Bytes key;
    std::optional<Bytes> value;
    Table table = Table::Single;
};

} // namespace phala::worker
