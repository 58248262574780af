#pragma once
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <filesystem>

namespace phala::node {

/// Puts a file that only its owner can read in place: after a crash at any instant there is the old file, or the new
/// one whole. Fails with CannotWrite. Fault points: "keystore-inside", "keystore-written", "keystore-renamed".
Outcome<> write_private_file(const std::filesystem::path& file, ByteView content);

/// The whole file, at most `most` bytes. Fails with CannotRead, and with Malformed where it is larger.
Outcome<Bytes> read_private_file(const std::filesystem::path& file, std::size_t most);

/// All of standard input, likewise.
Outcome<Bytes> read_private_input(std::size_t most);

/// Files of writes that did not come to their end; whoever opens the folder removes them.
bool is_unfinished(const std::filesystem::path& file);

} // namespace phala::node
