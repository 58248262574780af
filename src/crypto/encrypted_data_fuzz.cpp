// Whatever stands in an envelope, opening it gives a value or an error, and nobody but the sender makes one that opens.
#include "crypto/encrypted_data.hpp"
#include "scale/codec.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace phala;
    using namespace phala::crypto;
    static const sr25519::KeyPair receiver{Secret<32>{ByteArray<32>{1}}};
    static const sr25519::KeyPair sender{Secret<32>{ByteArray<32>{2}}};
    const ByteView input{data, size};
    if (const auto message = scale::decode<EncryptedData>(input)) {
        if (!equal(scale::encode(*message), input) || decrypt(receiver, *message))
            std::abort();
    }
    // any text goes through unchanged
    AeadIv iv{};
    if (size >= iv.size())
        iv = array_of<12>(input);
    const auto made = encrypt(sender, receiver.public_key(), iv, input);
    if (!made || decrypt(receiver, *made) != to_bytes(input))
        std::abort();
    return 0;
}
