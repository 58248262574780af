#pragma once
#include "base/bytes.hpp"

#include <utility>

namespace phala {

/// Overwrites memory in a way that the compiler keeps.
inline void wipe(std::span<std::uint8_t> bytes)
{
    volatile std::uint8_t* at = bytes.data();
    for (std::size_t i = 0; i < bytes.size(); ++i)
        at[i] = 0;
}

/// N secret bytes: wiped on destruction and when moved from, never printed, encoded or compared by
/// accident (no operator==, not an aggregate, so no codec and no formatter takes it), copied only by name.
template <std::size_t N>
class Secret {
public:
    Secret() = default;
    explicit Secret(const ByteArray<N>& bytes) : bytes_{bytes} {}
    Secret(Secret&& other) noexcept : bytes_{other.bytes_} { wipe(other.bytes_); }
    Secret& operator=(Secret&& other) noexcept
    {
        if (this != &other) {
            bytes_ = other.bytes_;
            wipe(other.bytes_);
        }
        return *this;
    }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() { wipe(bytes_); }

    [[nodiscard]] Secret copy() const { return Secret{bytes_}; }

    /// The bytes, for the function that needs them now; do not keep the reference.
    [[nodiscard]] const ByteArray<N>& expose() const { return bytes_; }
    [[nodiscard]] ByteArray<N>& expose() { return bytes_; }

private:
    ByteArray<N> bytes_{};
};

/// Secret bytes of a length known only at run time.
class SecretBytes {
public:
    SecretBytes() = default;
    explicit SecretBytes(Bytes&& bytes) : bytes_{std::move(bytes)} {}
    SecretBytes(SecretBytes&&) noexcept = default;
    SecretBytes& operator=(SecretBytes&& other) noexcept
    {
        if (this != &other) {
            wipe(bytes_);
            bytes_ = std::move(other.bytes_);
        }
        return *this;
    }
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    ~SecretBytes() { wipe(bytes_); }

    [[nodiscard]] SecretBytes copy() const { return SecretBytes{Bytes{bytes_}}; }
    [[nodiscard]] ByteView expose() const { return bytes_; }

private:
    Bytes bytes_;
};

} // namespace phala
