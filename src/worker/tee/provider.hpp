#pragma once
// The trusted execution environment, seen from the worker: attestation of who runs here, and sealing of what must
// survive a restart (spec trust-and-keys §2.8.6). A trust boundary, so an interface.
#include "base/result.hpp"
#include "base/secret.hpp"
#include "primitives/messages.hpp"

#include <memory>
#include <string>

namespace phala::worker::tee {

enum class TeeError : std::uint8_t { CannotSeal, CannotUnseal, Unavailable };
std::string_view describe(TeeError error);

struct Provider {
    virtual ~Provider() = default;

    /// For people: "software (no protection)".
    [[nodiscard]] virtual std::string_view name() const = 0;

    /// True where nothing protects this worker's secrets from whoever runs it.
    [[nodiscard]] virtual bool is_development() const = 0;

    /// A secret of this environment and this purpose, the same after a restart on the same machine and software.
    [[nodiscard]] virtual Outcome<Secret<32>> sealing_key(std::string_view purpose) = 0;

    /// Fresh unpredictable bytes.
    virtual void fill_random(std::span<std::uint8_t> out) = 0;
};

/// The software provider: for development and tests only. Its root secret lies readable in `folder`, so whoever can
/// read the disk can read everything sealed with it. Fails with CannotUnseal where the file is damaged.
Outcome<std::unique_ptr<Provider>> software_provider(const std::string& folder);

} // namespace phala::worker::tee
