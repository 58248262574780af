#pragma once
// The worker's disk: a RocksDB whose values are sealed with AES-256-GCM and whose keys are keyed hashes, so that it
// shows neither content nor which entries are equal (decisions §4.7). One batch per block.
#include "base/secret.hpp"
#include "worker/core/records.hpp"

#include <memory>
#include <string>

namespace phala::worker::tee {

enum class StoreError : std::uint8_t { CannotOpen, Io, Damaged, WrongKey };
std::string_view describe(StoreError error);

class SealedStore final : public RecordReader {
public:
    /// Opens or creates the store in `folder`. Fails with WrongKey where another key sealed it.
    static Outcome<std::unique_ptr<SealedStore>> open(const std::string& folder, const Secret<32>& key);
    ~SealedStore() override;

    [[nodiscard]] Outcome<std::optional<Bytes>> get(ByteView key) const override;
    [[nodiscard]] Outcome<> each_state_entry(const std::function<void(Bytes key, Bytes value)>& visit) const override;

    /// Writes all changes or none, on disk when it returns, and wipes their values. Fault points: "worker-before-commit",
    /// "worker-inside-commit" (half of the batch has reached the log file), "worker-after-commit".
    Outcome<> commit(std::vector<RecordChange> changes);

private:
    struct Impl;
    explicit SealedStore(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace phala::worker::tee
