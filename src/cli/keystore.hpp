#pragma once
// Keys in the JSON files of polkadot.js ("keystores", version 3): a PKCS#8 body under xsalsa20-poly1305, with a key
// that scrypt makes of a password. Files of polkadot.js apps and extensions open here, and the other way round.
#include "crypto/key_pair.hpp"

#include <string>

namespace phala::cli {

enum class KeystoreError : std::uint8_t { NotAKeystore, UnknownForm, NoPassword, WrongPassword, CannotExport };
std::string_view describe(KeystoreError error);

/// Whether a text looks like a keystore and not like a phrase.
bool is_keystore(std::string_view text);

/// Whether it can only be opened with a password. Fails with NotAKeystore.
Outcome<bool> needs_password(std::string_view text);

/// The pair in it. Fails with WrongPassword also where its parts do not belong together.
Outcome<crypto::KeyPair> open_keystore(std::string_view text, ByteView password);

/// A keystore of an sr25519 pair under a password, with its address and a name for people to see.
Outcome<std::string> make_keystore(const crypto::KeyPair& pair, ByteView password, std::string_view name);

} // namespace phala::cli
