#include "crypto/mnemonic.hpp"

#include "crypto/error.hpp"
#include "crypto/kdf.hpp"

#include <phala_crypto.h>

namespace phala::crypto {

Outcome<SecretBytes> phrase_to_entropy(std::string_view phrase)
{
    Secret<32> entropy;
    const std::size_t size = phala_bip39_to_entropy(phrase.data(), phrase.size(), entropy.expose().data());
    if (size == 0)
        return fail(CryptoError::BadPhrase);
    return SecretBytes{to_bytes(ByteView{entropy.expose()}.first(size))};
}

Outcome<SecretBytes> entropy_to_phrase(ByteView entropy)
{
    constexpr std::size_t kLongest = 24 * 9; // 24 words of at most 8 letters
    Bytes text(kLongest);
    const std::size_t size =
        phala_bip39_from_entropy(entropy.data(), entropy.size(), reinterpret_cast<char*>(text.data()), text.size());
    if (size == 0)
        return fail(CryptoError::BadPhrase, std::to_string(entropy.size()) + " bytes make no phrase");
    text.resize(size);
    return SecretBytes{std::move(text)};
}

Outcome<Secret<32>> phrase_to_seed(std::string_view phrase, std::string_view password)
{
    PHALA_TRY(const auto entropy, phrase_to_entropy(phrase));
    const SecretBytes salt{concat(bytes_of("mnemonic"), bytes_of(password))};
    const auto wide = pbkdf2_sha512(entropy.expose(), salt.expose(), 2048);
    return Secret<32>{array_of<32>(wide.expose())};
}

} // namespace phala::crypto
