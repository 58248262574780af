#include "host/overlay.hpp"
#include "node/keystore/keystore.hpp"
#include "node/rpc/json.hpp"
#include "node/rpc/methods/api.hpp"

namespace phala::node::rpc {

namespace {

enum class SessionKeysError : std::uint8_t { Malformed };
std::string_view describe(SessionKeysError error)
{
    switch (error) {
    case SessionKeysError::Malformed: return "these are no session keys of this chain";
    }
    return "unknown error";
}

std::unexpected<RpcError> keystore_error(const Error& error)
{
    constexpr int kOther = 1040; // the reference has no code of their own for what goes wrong with keys
    return refuse(kOther, error.message());
}

/// New keys of every kind that the runtime names, kept in the keystore; gives what setKeys takes.
Outcome<Bytes> generate_session_keys(const Chain& chain, Keystore& keystore)
{
    const auto best = chain.heads().best.hash;
    PHALA_TRY(const auto state, chain.state_at(best));
    PHALA_TRY(const auto runtime, chain.runtime_at(best));
    host::Overlay overlay{*state};
    auto context = logged_context(overlay);
    context.keystore = &keystore;
    PHALA_TRY(const auto answer,
              runtime->call("SessionKeys_generate_session_keys", scale::encode(std::optional<Bytes>{}), context));
    return scale::decode<Bytes>(answer);
}

/// Whether the keystore has each of the keys that setKeys would be given.
Outcome<bool> has_session_keys(const Chain& chain, const Keystore& keystore, const Bytes& keys)
{
    using Keys = std::vector<std::pair<Bytes, host::KeyType>>;
    PHALA_TRY(const auto answer,
              chain.call(chain.heads().best.hash, "SessionKeys_decode_session_keys", scale::encode(keys)));
    PHALA_TRY(const auto decoded, scale::decode<std::optional<Keys>>(answer));
    if (!decoded)
        return fail(SessionKeysError::Malformed);
    for (const auto& [key, type] : *decoded)
        if (!keystore.has(type, key))
            return false;
    return true;
}

} // namespace

void add_key_methods(Methods& methods, const Api& api)
{
    Chain& chain = api.chain;
    Keystore& keystore = api.keystore;
    constexpr Traits kUnsafe{.unsafe = true};

    methods.add(
        {"author_insertKey"}, {"key_type", "suri", "public_key"},
        [&keystore](const std::string& type, const std::string& uri, const Bytes& key) -> Reply {
            const auto parsed = parse_key_type(type);
            if (!parsed)
                return keystore_error(parsed.error());
            if (const auto done = keystore.insert(*parsed, uri, key); !done)
                return keystore_error(done.error());
            return ok(nullptr);
        },
        kUnsafe);
    methods.add(
        {"author_rotateKeys"}, {},
        [&chain, &keystore]() -> Reply {
            const auto keys = generate_session_keys(chain, keystore);
            return keys ? ok(*keys) : Reply{keystore_error(keys.error())};
        },
        kUnsafe);
    methods.add(
        {"author_hasKey"}, {"public_key", "key_type"},
        [&keystore](const Bytes& key, const std::string& type) -> Reply {
            const auto parsed = parse_key_type(type);
            return parsed ? ok(keystore.has(*parsed, key)) : Reply{keystore_error(parsed.error())};
        },
        kUnsafe);
    methods.add(
        {"author_hasSessionKeys"}, {"session_keys"},
        [&chain, &keystore](const Bytes& keys) -> Reply {
            const auto all = has_session_keys(chain, keystore, keys);
            return all ? ok(*all) : Reply{keystore_error(all.error())};
        },
        kUnsafe);
}

} // namespace phala::node::rpc
