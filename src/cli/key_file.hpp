#pragma once
// Secrets in files, so that they need not stand on a command line: `--from file:PATH`.
#include "crypto/key_pair.hpp"

#include <string>

namespace phala::cli {

enum class KeyFileError : std::uint8_t { CannotRead, Exposed, Exists, CannotWrite };
std::string_view describe(KeyFileError error);

/// The pair of a secret URI, or of file:PATH, whose first line is one. Only its owner may be able to read the file.
Outcome<crypto::KeyPair> signer_of(const std::string& secret);

/// Writes a phrase to a new file that only its owner can read.
Outcome<> save_phrase(const std::string& path, std::string_view phrase);

} // namespace phala::cli
