#pragma once
// Secret phrases: English BIP39 words, but Substrate's way from words to seed (spec substrate-host §1.5).
#include "base/result.hpp"
#include "base/secret.hpp"

#include <string_view>

namespace phala::crypto {

/// The phrase that an empty one in a secret URI stands for. Everybody knows it.
inline constexpr std::string_view kDevPhrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

/// 12, 15, 18, 21 or 24 words, separated by blanks, back to their 16 to 32 bytes. Fails with BadPhrase.
Outcome<SecretBytes> phrase_to_entropy(std::string_view phrase);

/// The words of 16, 20, 24, 28 or 32 bytes, as text. Fails with BadPhrase for other sizes.
Outcome<SecretBytes> entropy_to_phrase(ByteView entropy);

/// The first half of PBKDF2 over the entropy, not over the words as BIP39 has it.
Outcome<Secret<32>> phrase_to_seed(std::string_view phrase, std::string_view password = {});

} // namespace phala::crypto
