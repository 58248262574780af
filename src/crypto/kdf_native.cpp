#include "crypto/kdf.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <cstdlib>
#include <memory>

namespace phala::crypto {

namespace {

void must(bool done)
{
    if (!done)
        std::abort(); // only when memory is exhausted
}

struct FreeKdf {
    void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

// OpenSSL's parameters are not const, but it only reads these
OSSL_PARAM octets(const char* name, ByteView bytes)
{
    return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes.data()), bytes.size());
}

} // namespace

Secret<32> hkdf_sha256(ByteView key, ByteView salt, ByteView info)
{
    static EVP_KDF* const hkdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
    const std::unique_ptr<EVP_KDF_CTX, FreeKdf> context{EVP_KDF_CTX_new(hkdf)};
    char digest[] = "SHA2-256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        octets(OSSL_KDF_PARAM_KEY, key),
        octets(OSSL_KDF_PARAM_SALT, salt),
        octets(OSSL_KDF_PARAM_INFO, info),
        OSSL_PARAM_construct_end(),
    };
    Secret<32> out;
    must(EVP_KDF_derive(context.get(), out.expose().data(), out.expose().size(), parameters) == 1);
    return out;
}

Secret<64> pbkdf2_sha512(ByteView password, ByteView salt, unsigned rounds)
{
    Secret<64> out;
    must(PKCS5_PBKDF2_HMAC(reinterpret_cast<const char*>(password.data()), static_cast<int>(password.size()),
                           salt.data(), static_cast<int>(salt.size()), static_cast<int>(rounds), EVP_sha512(),
                           static_cast<int>(out.expose().size()), out.expose().data())
         == 1);
    return out;
}

} // namespace phala::crypto
