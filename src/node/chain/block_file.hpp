#pragma once
// Files of blocks, as the ecosystem's export-blocks writes them. Binary: the number of blocks as u64, then SCALE signed
// blocks. JSON: objects as chain_getBlock answers them, one after the other.
#include "base/result.hpp"
#include "primitives/header.hpp"

#include <iosfwd>
#include <optional>

namespace phala::node {

enum class BlockFileError : std::uint8_t {
    Malformed, ///< no block where one should be; detail: at which byte, and why
    TooLarge,  ///< a block beyond kMaxFileBlock
    CannotRead,
    CannotWrite, ///< a full disk or a closed pipe
};
std::string_view describe(BlockFileError error);

enum class BlockFormat : std::uint8_t { Binary, Json };

/// Bytes that one block of a file may take. Bodies are at most 5 MiB; in JSON twice that.
inline constexpr std::size_t kMaxFileBlock = 64U << 20U;

/// A block with what proves it final, if anything does.
struct SignedBlock {
    Block block;
    std::optional<std::vector<std::pair<EngineId, Bytes>>> justifications;
    friend bool operator==(const SignedBlock&, const SignedBlock&) = default;
};

class BlockWriter {
public:
    /// Of that many blocks.
    BlockWriter(std::ostream& out, BlockFormat format, std::uint64_t count) : out_{out}, format_{format}, count_{count}
    {
    }

    Outcome<> write(const SignedBlock& block);
    /// Everything has reached the stream.
    Outcome<> finish();

private:
    Outcome<> put(ByteView bytes);

    std::ostream& out_;
    BlockFormat format_;
    std::optional<std::uint64_t> count_; ///< none once it is written
};

class BlockReader {
public:
    BlockReader(std::istream& in, BlockFormat format) : in_{in}, format_{format} {}

    /// The next block; none at the end of the file. A file that ends within a block is malformed.
    Outcome<std::optional<SignedBlock>> next();

private:
    Outcome<bool> fill(std::size_t bytes);
    Outcome<std::optional<SignedBlock>> next_binary();
    Outcome<std::optional<SignedBlock>> next_json();
    std::unexpected<Error> malformed(const Error& why) const;

    std::istream& in_;
    BlockFormat format_;
    Bytes buffer_;                        ///< read and not used yet
    std::size_t used_ = 0;                ///< bytes of the file before the buffer
    std::optional<std::uint64_t> left_{}; ///< blocks still to come in a binary file, once its head was read
};

} // namespace phala::node
