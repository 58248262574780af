#include "base/hex.hpp"
#include "base/json.hpp"
#include "crypto/key_pair.hpp"
#include "crypto/mnemonic.hpp"
#include "crypto/random.hpp"
#include "crypto/ss58.hpp"
#include "node/commands/commands.hpp"
#include "node/commands/places.hpp"
#include "node/commands/secrets.hpp"
#include "node/keystore/keystore.hpp"

#include <cstdio>

namespace phala::node {

namespace {

enum class KeyError : std::uint8_t { BadPublicKey };
std::string_view describe(KeyError error)
{
    switch (error) {
    case KeyError::BadPublicKey: return "this is neither an address nor a public key of this scheme in hex";
    }
    return "unknown key error";
}

crypto::Scheme scheme_of(const std::string& name)
{
    return name == "ed25519" ? crypto::Scheme::Ed25519
           : name == "ecdsa" ? crypto::Scheme::Ecdsa
                             : crypto::Scheme::Sr25519;
}

host::KeyScheme host_scheme_of(const std::string& name)
{
    return name == "ed25519" ? host::KeyScheme::Ed25519
           : name == "ecdsa" ? host::KeyScheme::Ecdsa
                             : host::KeyScheme::Sr25519;
}

/// What is shown of a key, in order. Secrets among it: print it and let it go.
struct Shown {
    const char* json;
    const char* text;
    std::string value;
};

void print(const KeyFormOptions& form, const std::string& title, const std::vector<Shown>& lines)
{
    if (form.json) {
        json::Value out{json::Object{}};
        for (const auto& line : lines)
            out[line.json] = line.value;
        std::puts(json::dump(out, json::Style::Indented).c_str());
        return;
    }
    std::puts(title.c_str());
    for (const auto& line : lines)
        std::printf("  %-18s %s\n", (std::string{line.text} + ":").c_str(), line.value.c_str());
}

Outcome<> add_public(std::vector<Shown>& out, ByteView public_key, const ByteArray<32>& account,
                     const KeyFormOptions& form)
{
    PHALA_TRY(auto key_address, crypto::ss58_encode(public_key, form.network));
    PHALA_TRY(auto account_address, crypto::ss58_encode(account, form.network));
    out.push_back({"publicKey", "Public key (hex)", to_hex0x(public_key)});
    out.push_back({"accountId", "Account ID", to_hex0x(account)});
    out.push_back({"ss58PublicKey", "Public key (SS58)", std::move(key_address)});
    out.push_back({"ss58Address", "SS58 Address", std::move(account_address)});
    return {};
}

Outcome<SecretBytes> with_password(SecretBytes uri, const PasswordOptions& options)
{
    PHALA_TRY(const auto password, read_password(options));
    if (!password)
        return uri;
    return SecretBytes{concat(uri.expose(), bytes_of("///"), password->expose())};
}

Outcome<> print_secret(const std::string& title, SecretBytes uri, bool is_phrase, const KeyFormOptions& form,
                       const PasswordOptions& password)
{
    const std::string phrase{text_of(uri.expose())};
    PHALA_TRY(const auto full, with_password(std::move(uri), password));
    PHALA_TRY(const auto parsed, crypto::parse_secret_uri(text_of(full.expose())));
    PHALA_TRY(const auto pair, crypto::KeyPair::from_uri(text_of(full.expose()), scheme_of(form.scheme)));
    std::vector<Shown> lines;
    lines.push_back({is_phrase ? "secretPhrase" : "secretKeyUri", is_phrase ? "Secret phrase" : "Secret URI", phrase});
    lines.push_back({"networkId", "Network prefix", std::to_string(form.network)});
    lines.push_back(
        {"secretSeed", "Secret seed", parsed.junctions.empty() ? to_hex0x(parsed.seed.expose()) : "n/a (derived)"});
    PHALA_CHECK(add_public(lines, pair.public_key(), pair.account(), form));
    print(form, title, lines);
    return {};
}

} // namespace

Outcome<> key_generate(const KeyGenerateOptions& options)
{
    Secret<32> entropy;
    crypto::fill_random(entropy.expose());
    const std::size_t size = options.words / 3 * 4;
    PHALA_TRY(auto phrase, crypto::entropy_to_phrase(ByteView{entropy.expose()}.first(size)));
    return print_secret("New " + options.form.scheme + " key", std::move(phrase), true, options.form, options.password);
}

Outcome<> key_inspect(const KeyInspectOptions& options)
{
    if (!options.is_public) {
        PHALA_TRY(auto uri, read_secret_uri(options.uri));
        const bool is_phrase = text_of(uri.expose()).find_first_of("/x") == std::string_view::npos
                               || crypto::phrase_to_entropy(text_of(uri.expose())).has_value();
        return print_secret("Key of scheme " + options.form.scheme, std::move(uri), is_phrase, options.form,
                            options.password);
    }
    const std::size_t size = options.form.scheme == "ecdsa" ? 33 : 32;
    Bytes key;
    if (auto hex = from_hex(options.uri)) {
        key = std::move(*hex);
    } else if (auto address = crypto::ss58_decode(options.uri)) {
        key = std::move(address->payload);
    }
    if (key.size() != size)
        return fail(KeyError::BadPublicKey, options.uri);
    const auto account = size == 32 ? array_of<32>(key) : crypto::ecdsa::account_of({array_of<33>(key)});
    std::vector<Shown> lines;
    lines.push_back({"networkId", "Network prefix", std::to_string(options.form.network)});
    PHALA_CHECK(add_public(lines, key, account, options.form));
    print(options.form, "Public key of scheme " + options.form.scheme, lines);
    return {};
}

Outcome<> key_insert(const ChainChoice& chain, const KeyInsertOptions& options)
{
    PHALA_TRY(const auto type, parse_key_type(options.key_type));
    std::filesystem::path folder = options.keystore.path;
    if (folder.empty()) {
        PHALA_TRY(const auto spec, find_spec(chain));
        ChainChoice kept = chain;
        kept.dev = false; // a temporary folder would be gone with this command
        PHALA_TRY(const auto base, base_folder(kept));
        folder = keystore_folder(chain_folder(base, spec), options.keystore);
    }
    PHALA_TRY(const auto uri, read_secret_uri(options.suri));
    PHALA_TRY(auto password, read_password(options.keystore.password));
    PHALA_TRY(const auto keystore, Keystore::open(folder, std::move(password)));
    PHALA_TRY(const auto key,
              keystore->generate(host_scheme_of(options.scheme), type, std::string{text_of(uri.expose())}));
    std::printf("%s is in %s\n", to_hex0x(key).c_str(), folder.c_str());
    return {};
}

} // namespace phala::node
