#pragma once
#include "base/bytes.hpp"
#include "scale/error.hpp"

#include <cstring>
#include <optional>

namespace phala::scale {

/// How deep values may nest (boxes and sequences count). A deeper input would otherwise exhaust the stack.
inline constexpr unsigned kMaxDepth = 64;

/// Elements that take no bytes are not bounded by the input, so their number is.
inline constexpr std::size_t kMaxEmptyElements = 4096;

/// A cursor over borrowed bytes. Reading past the end or refusing a value sets the error once; it then sticks.
class Reader {
public:
    explicit Reader(ByteView bytes) : rest_{bytes}, size_{bytes.size()} {}

    [[nodiscard]] ByteView rest() const { return rest_; }
    [[nodiscard]] std::size_t remaining() const { return rest_.size(); }
    [[nodiscard]] std::size_t offset() const { return size_ - rest_.size(); }

    bool read(void* out, std::size_t count)
    {
        if (count > rest_.size()) [[unlikely]]
            return refuse(ScaleError::UnexpectedEnd);
        if (count != 0)
            std::memcpy(out, rest_.data(), count);
        rest_ = rest_.subspan(count);
        return true;
    }

    /// The next bytes without a copy; they live as long as the input.
    bool view(ByteView& out, std::size_t count)
    {
        if (count > rest_.size()) [[unlikely]]
            return refuse(ScaleError::UnexpectedEnd);
        out = rest_.first(count);
        rest_ = rest_.subspan(count);
        return true;
    }

    bool refuse(ScaleError error)
    {
        if (!error_) {
            error_ = error;
            error_offset_ = offset();
        }
        return false;
    }

    bool enter() { return ++depth_ <= kMaxDepth || refuse(ScaleError::TooDeep); }
    void leave() { --depth_; }

    /// The error with the place where it happened; call only after a read returned false.
    [[nodiscard]] Error error() const;

private:
    ByteView rest_;
    std::size_t size_;
    unsigned depth_ = 0;
    std::size_t error_offset_ = 0;
    std::optional<ScaleError> error_;
};

} // namespace phala::scale
