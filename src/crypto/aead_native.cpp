#include "crypto/aead.hpp"

#include "crypto/error.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>

namespace phala::crypto {

namespace {

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

/// For calls that fail only when memory is exhausted.
void must(int done)
{
    if (done != 1)
        std::abort();
}

const EVP_CIPHER* aes_256_gcm()
{
    static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    return cipher;
}

/// OpenSSL counts in int; longer inputs go in pieces.
template <class Update>
void in_pieces(ByteView input, Update update)
{
    constexpr std::size_t kPiece = 1U << 30;
    for (std::size_t at = 0; at < input.size(); at += kPiece)
        update(at, static_cast<int>(std::min(kPiece, input.size() - at)));
}

} // namespace

struct Aes256Gcm::Contexts {
    Context seal{EVP_CIPHER_CTX_new()};
    Context open{EVP_CIPHER_CTX_new()};
};

Aes256Gcm::Aes256Gcm(const Secret<32>& key) : contexts_{std::make_unique<Contexts>()}
{
    must(EVP_EncryptInit_ex2(contexts_->seal.get(), aes_256_gcm(), key.expose().data(), nullptr, nullptr));
    must(EVP_DecryptInit_ex2(contexts_->open.get(), aes_256_gcm(), key.expose().data(), nullptr, nullptr));
}

Aes256Gcm::Aes256Gcm(Aes256Gcm&&) noexcept = default;
Aes256Gcm& Aes256Gcm::operator=(Aes256Gcm&&) noexcept = default;
Aes256Gcm::~Aes256Gcm() = default;

Bytes Aes256Gcm::seal(const AeadIv& iv, ByteView text, ByteView associated)
{
    Bytes out(text.size() + kAeadTagSize);
    seal_into(out, iv, text, associated);
    return out;
}

void Aes256Gcm::seal_into(std::span<std::uint8_t> out, const AeadIv& iv, ByteView text, ByteView associated)
{
    EVP_CIPHER_CTX* context = contexts_->seal.get();
    int written = 0;
    must(EVP_EncryptInit_ex2(context, nullptr, nullptr, iv.data(), nullptr));
    in_pieces(associated, [&](std::size_t at, int size) {
        must(EVP_EncryptUpdate(context, nullptr, &written, associated.data() + at, size));
    });
    in_pieces(text, [&](std::size_t at, int size) {
        must(EVP_EncryptUpdate(context, out.data() + at, &written, text.data() + at, size));
    });
    must(EVP_EncryptFinal_ex(context, out.data() + text.size(), &written));
    must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kAeadTagSize, out.data() + text.size()));
}

Outcome<Bytes> Aes256Gcm::open(const AeadIv& iv, ByteView sealed, ByteView associated)
{
    if (sealed.size() < kAeadTagSize)
        return fail(CryptoError::AeadDecryptError, "it is shorter than a tag");
    const ByteView text = sealed.first(sealed.size() - kAeadTagSize);
    auto tag = array_of<kAeadTagSize>(sealed.last(kAeadTagSize));
    EVP_CIPHER_CTX* context = contexts_->open.get();
    int written = 0;
    Bytes out(text.size());
    must(EVP_DecryptInit_ex2(context, nullptr, nullptr, iv.data(), nullptr));
    must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kAeadTagSize, tag.data()));
    in_pieces(associated, [&](std::size_t at, int size) {
        must(EVP_DecryptUpdate(context, nullptr, &written, associated.data() + at, size));
    });
    in_pieces(text, [&](std::size_t at, int size) {
        must(EVP_DecryptUpdate(context, out.data() + at, &written, text.data() + at, size));
    });
    if (EVP_DecryptFinal_ex(context, tag.data(), &written) != 1) {
        wipe(out);
        return fail(CryptoError::AeadDecryptError);
    }
    return out;
}

} // namespace phala::crypto
