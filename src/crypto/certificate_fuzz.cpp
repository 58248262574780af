// Whatever a client sends as a chain, checking it gives an answer; nothing that was not signed is accepted.
#include "crypto/certificate.hpp"
#include "scale/codec.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace phala;
    using namespace phala::crypto;
    ByteView input{data, size};
    if (const auto body = scale::decode<CertificateBody>(input); body && !equal(scale::encode(*body), input))
        std::abort();
    // the same bytes as a whole chain over a query
    if (const auto chain = scale::decode_front<std::vector<CertifiedSignature>>(input)) {
        const auto signers = verify_chain(*chain, input, 1);
        if (signers && (signers->empty() || signers->size() > kMaxChainLength || signers->size() != chain->size()))
            std::abort();
    }
    return 0;
}
