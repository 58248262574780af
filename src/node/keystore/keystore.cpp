#include "node/keystore/keystore.hpp"

#include "base/hex.hpp"
#include "crypto/mnemonic.hpp"
#include "crypto/random.hpp"
#include "node/keystore/private_file.hpp"

#include <algorithm>

namespace phala::node {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxFile = 64U << 10U;
constexpr std::size_t kPhraseEntropy = 16; // twelve words

crypto::Scheme scheme_of(host::KeyScheme scheme)
{
    switch (scheme) {
    case host::KeyScheme::Sr25519: return crypto::Scheme::Sr25519;
    case host::KeyScheme::Ed25519: return crypto::Scheme::Ed25519;
    case host::KeyScheme::Ecdsa: return crypto::Scheme::Ecdsa;
    }
    return crypto::Scheme::Sr25519;
}

constexpr std::size_t key_size(crypto::Scheme scheme)
{
    return scheme == crypto::Scheme::Ecdsa ? 33 : 32;
}

/// Type and public key of a file's name; nothing for files that are no keys.
std::optional<std::pair<host::KeyType, Bytes>> parse_name(const fs::path& file)
{
    auto bytes = from_hex(file.filename().string());
    if (!bytes || bytes->size() <= 4)
        return std::nullopt;
    return std::pair{array_of<4>(*bytes), to_bytes(ByteView{*bytes}.subspan(4))};
}

Outcome<std::vector<fs::path>> files_of(const fs::path& folder)
{
    std::vector<fs::path> out;
    std::error_code code;
    for (fs::directory_iterator at{folder, code}, end; !code && at != end; at.increment(code))
        out.push_back(at->path());
    if (code)
        return fail(KeystoreError::CannotRead, folder.string() + ": " + code.message());
    std::ranges::sort(out);
    return out;
}

bool gives(std::string_view uri, ByteView public_key, crypto::Scheme scheme)
{
    const auto pair = crypto::KeyPair::from_uri(uri, scheme);
    return pair && equal(pair->public_key(), public_key);
}

} // namespace

Outcome<host::KeyType> parse_key_type(std::string_view text)
{
    if (text.size() != 4)
        return fail(KeystoreError::BadKeyType, std::string{text});
    return array_of<4>(bytes_of(text));
}

Outcome<KeyFile> parse_key_file(ByteView content)
{
    auto json = json::parse(text_of(content), {.depth = 4, .bytes = kMaxFile});
    if (!json)
        return fail(KeystoreError::Malformed, json.error().message());
    if (const auto* uri = json->string())
        return KeyFile{SecretBytes{to_bytes(*uri)}};
    PHALA_TRY(auto locked, read_locked(*json));
    return KeyFile{std::move(locked)};
}

Keystore::Keystore(fs::path folder, std::optional<SecretBytes> password)
    : folder_{std::move(folder)}, password_{std::move(password)}
{
    if (password_)
        lock_.emplace(password_->copy());
}

Outcome<std::unique_ptr<Keystore>> Keystore::open(fs::path folder, std::optional<SecretBytes> password)
{
    std::error_code code;
    fs::create_directories(folder, code);
    if (!code)
        fs::permissions(folder, fs::perms::owner_all, code);
    if (code)
        return fail(KeystoreError::CannotWrite, folder.string() + ": " + code.message());
    std::unique_ptr<Keystore> keystore{new Keystore{std::move(folder), std::move(password)}};
    PHALA_CHECK(keystore->check_password());
    return keystore;
}

Outcome<> Keystore::check_password()
{
    PHALA_TRY(const auto files, files_of(folder_));
    for (const auto& file : files) {
        if (is_unfinished(file)) {
            std::error_code code;
            fs::remove(file, code); // if it stays, the next write to it removes it
            continue;
        }
        if (!parse_name(file))
            continue;
        PHALA_TRY(const auto content, read_private_file(file, kMaxFile));
        auto key = parse_key_file(content);
        if (!key)
            return fail(std::move(key), file.string());
        const auto* locked = std::get_if<LockedText>(&*key);
        if (locked == nullptr)
            continue;
        if (!lock_)
            return fail(KeystoreError::PasswordNeeded, folder_.string());
        if (auto text = lock_->open(*locked, file.filename().string()); !text)
            return fail(std::move(text), file.string());
        lock_->adopt(*locked);
        return {};
    }
    return {};
}

fs::path Keystore::file_of(host::KeyType type, ByteView public_key) const
{
    return folder_ / (to_hex(type) + to_hex(public_key));
}

Outcome<> Keystore::write(host::KeyType type, ByteView public_key, std::string_view uri)
{
    const auto file = file_of(type, public_key);
    if (!lock_) {
        const SecretBytes content{to_bytes(json::dump(json::Value{uri}))};
        return write_private_file(file, content.expose());
    }
    const std::lock_guard guard{mutex_};
    PHALA_TRY(const auto locked, lock_->lock(bytes_of(uri), file.filename().string()));
    return write_private_file(file, bytes_of(json::dump(print_locked(locked), json::Style::Indented)));
}

Outcome<> Keystore::insert(host::KeyType type, std::string_view uri, ByteView public_key)
{
    for (const auto scheme : {crypto::Scheme::Sr25519, crypto::Scheme::Ed25519, crypto::Scheme::Ecdsa})
        if (public_key.size() == key_size(scheme) && gives(uri, public_key, scheme))
            return write(type, public_key, uri);
    PHALA_CHECK(crypto::parse_secret_uri(uri)); // what is no secret at all is told as that
    return fail(KeystoreError::WrongKey, to_hex0x(public_key));
}

bool Keystore::has(host::KeyType type, ByteView public_key) const
{
    std::error_code code;
    return fs::is_regular_file(file_of(type, public_key), code);
}

Outcome<std::vector<Bytes>> Keystore::keys(host::KeyType type) const
{
    PHALA_TRY(const auto files, files_of(folder_));
    std::vector<Bytes> out;
    for (const auto& file : files)
        if (auto name = parse_name(file); name && name->first == type)
            out.push_back(std::move(name->second));
    return out;
}

Outcome<SecretBytes> Keystore::uri_of(const fs::path& file) const
{
    PHALA_TRY(Bytes bytes, read_private_file(file, kMaxFile));
    const SecretBytes content{std::move(bytes)};
    PHALA_TRY(auto key, parse_key_file(content.expose()));
    if (auto* uri = std::get_if<SecretBytes>(&key))
        return std::move(*uri);
    const std::lock_guard guard{mutex_};
    if (!lock_)
        return fail(KeystoreError::PasswordNeeded);
    return lock_->open(std::get<LockedText>(key), file.filename().string());
}

Outcome<SecretBytes> Keystore::uri_for(const fs::path& file, ByteView public_key, crypto::Scheme scheme) const
{
    std::error_code code;
    if (!fs::is_regular_file(file, code))
        return fail(KeystoreError::NotFound, to_hex0x(public_key));
    auto uri = uri_of(file);
    if (!uri)
        return fail(std::move(uri), file.string());
    if (gives(text_of(uri->expose()), public_key, scheme))
        return uri;
    if (password_) {
        SecretBytes with_password{concat(uri->expose(), bytes_of("///"), password_->expose())};
        if (gives(text_of(with_password.expose()), public_key, scheme))
            return with_password;
    }
    return fail(KeystoreError::WrongKey, file.string());
}

Outcome<crypto::KeyPair> Keystore::load(host::KeyType type, ByteView public_key, crypto::Scheme scheme) const
{
    PHALA_TRY(const auto uri, uri_for(file_of(type, public_key), public_key, scheme));
    return crypto::KeyPair::from_uri(text_of(uri.expose()), scheme);
}

Outcome<std::vector<Bytes>> Keystore::public_keys(host::KeyScheme scheme, host::KeyType type) const
{
    PHALA_TRY(auto all, keys(type));
    std::erase_if(all, [&](const Bytes& key) { return key.size() != key_size(scheme_of(scheme)); });
    return all;
}

Outcome<Bytes> Keystore::generate(host::KeyScheme scheme, host::KeyType type, const std::optional<std::string>& uri)
{
    SecretBytes secret;
    if (uri) {
        secret = SecretBytes{to_bytes(*uri)};
    } else {
        Secret<kPhraseEntropy> entropy;
        crypto::fill_random(entropy.expose());
        PHALA_TRY(secret, crypto::entropy_to_phrase(entropy.expose()));
    }
    const auto text = text_of(secret.expose());
    PHALA_TRY(const auto pair, crypto::KeyPair::from_uri(text, scheme_of(scheme)));
    Bytes public_key = pair.public_key();
    PHALA_CHECK(write(type, public_key, text));
    return public_key;
}

Outcome<std::optional<Bytes>> Keystore::sign(host::KeyScheme scheme, host::KeyType type, ByteView public_key,
                                             ByteView message) const
{
    const auto pair = load(type, public_key, scheme_of(scheme));
    if (!pair) {
        if (pair.error().is(KeystoreError::NotFound) || pair.error().is(KeystoreError::WrongKey))
            return std::nullopt;
        return std::unexpected(pair.error());
    }
    return pair->sign(message, crypto::random_bytes<32>()).scheme.visit([](const auto& signature) {
        return std::optional{to_bytes(ByteView{signature._0})};
    });
}

Outcome<std::optional<Bytes>> Keystore::sign_digest(host::KeyType type, ByteView public_key,
                                                    const ByteArray<32>& digest) const
{
    const auto uri = uri_for(file_of(type, public_key), public_key, crypto::Scheme::Ecdsa);
    if (!uri) {
        if (uri.error().is(KeystoreError::NotFound) || uri.error().is(KeystoreError::WrongKey))
            return std::nullopt;
        return std::unexpected(uri.error());
    }
    PHALA_TRY(const auto parsed, crypto::parse_secret_uri(text_of(uri->expose())));
    PHALA_TRY(auto pair, crypto::ecdsa::KeyPair::from_seed(parsed.seed));
    for (const auto& junction : parsed.junctions) {
        PHALA_TRY(pair, pair.derive_hard(junction.chain_code));
    }
    return to_bytes(pair.sign_digest(digest).bytes);
}

} // namespace phala::node
