#pragma once
// One call into a runtime, as host functions see it.
#include "host/allocator.hpp"
#include "host/call_context.hpp"

namespace phala::host {

/// Tells the version of other code (ext_misc_runtime_version); nothing where it has none.
using VersionOfCode = std::function<std::optional<Bytes>(ByteView code)>;

class Guest {
public:
    Guest(LinearMemory& memory, std::uint32_t heap_base, CallContext& context, const VersionOfCode& version_of)
        : memory_{memory}, allocator_{heap_base}, context_{context}, version_of_{version_of},
          base_depth_{context.overlay.depth()}
    {
    }

    /// Bytes of the runtime's memory, borrowed until it grows; an error where they are not all inside.
    Outcome<std::span<std::uint8_t>> region(std::uint32_t pointer, std::uint32_t size);
    /// Copies bytes to memory that the runtime is to free; gives their address.
    Outcome<std::uint32_t> store(ByteView bytes);

    Outcome<std::uint32_t> allocate(std::uint32_t size) { return allocator_.allocate(memory_, size); }
    Outcome<void> free(std::uint32_t pointer) { return allocator_.free(memory_, pointer); }

    [[nodiscard]] CallContext& context() { return context_; }
    [[nodiscard]] Overlay& overlay() { return context_.overlay; }
    [[nodiscard]] const VersionOfCode& version_of() const { return version_of_; }
    Outcome<Keystore*> keystore();
    Outcome<Offchain*> offchain();

    /// Counts bytes that the call hands to the storage, against what the machine would bear.
    Outcome<void> charge_write(std::size_t bytes);

    /// Transactions that the runtime began and did not end. It cannot end those of its caller.
    [[nodiscard]] std::uint32_t open_transactions() const { return context_.overlay.depth() - base_depth_; }

    /// Tells the call's trace of an access, if it has one.
    void trace(const StorageAccess& access)
    {
        if (context_.trace)
            context_.trace(access);
    }

    void log(LogLevel level, std::string_view target, std::string_view message);
    /// The last thing that the runtime reported as an error: after a trap, why.
    [[nodiscard]] const std::string& last_error() const { return last_error_; }

    /// Signature checks that were asked for as a batch; nothing outside one.
    std::optional<bool> batch;

private:
    LinearMemory& memory_;
    Allocator allocator_;
    CallContext& context_;
    const VersionOfCode& version_of_;
    std::uint32_t base_depth_;
    std::size_t written_ = 0;
    std::string last_error_;
};

} // namespace phala::host
