#pragma once
// Secrets as operators hand them over: as an argument, in a file, or typed on the terminal.
#include "node/options/options.hpp"

#include "base/result.hpp"

namespace phala::node {

enum class SecretError : std::uint8_t { CannotRead, NoTerminal };
std::string_view describe(SecretError error);

/// Nothing where no option names a password.
Outcome<std::optional<SecretBytes>> read_password(const PasswordOptions& options);

/// A secret URI: `text` itself, the content of the file of that name, or what is typed if it is empty.
Outcome<SecretBytes> read_secret_uri(const std::string& text);

/// A line of the terminal that does not show what is typed; of standard input where that is no terminal.
Outcome<SecretBytes> ask_secret(const char* prompt);

} // namespace phala::node
