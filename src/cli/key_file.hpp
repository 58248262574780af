#pragma once
// Secrets in files, so that they need not stand on a command line: `--from file:PATH`.
#include "crypto/key_pair.hpp"

#include <string>

namespace phala::cli {

enum class KeyFileError : std::uint8_t { CannotRead, Exposed, Exists, CannotWrite, Mistyped };
std::string_view describe(KeyFileError error);

/// The pair of a secret URI, or of file:PATH. The file's first line is a secret URI, and then only its owner may be able
/// to read it; or it is a keystore, whose password is the first line of another file, or is asked for on the terminal.
Outcome<crypto::KeyPair> signer_of(const std::string& secret, const std::string& password_file = {});

/// A new password: from a file, or typed twice.
Outcome<SecretBytes> new_password(const std::string& password_file);

/// Writes a line to a new file that only its owner can read.
Outcome<> save_secret(const std::string& path, std::string_view line);

} // namespace phala::cli
