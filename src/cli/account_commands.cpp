#include "cli/commands.hpp"

#include "cli/amount.hpp"
#include "cli/key_file.hpp"
#include "cli/keystore.hpp"
#include "cli/session.hpp"

#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "crypto/mnemonic.hpp"
#include "crypto/random.hpp"
#include "crypto/ss58.hpp"
#include "runtime/khala/encode_call.hpp"

namespace phala::cli {

Outcome<> inspect(const Options& options)
{
    PHALA_TRY(const auto account, account_of(options, options.uri));
    json::Value out;
    out["address"] = crypto::address_of(account.bytes);
    out["genericAddress"] = crypto::address_of(account.bytes, crypto::kGenericPrefix);
    out["publicKey"] = to_hex0x(account);
    show(options, out);
    return {};
}

Outcome<> generate(const Options& options)
{
    PHALA_TRY(const auto secret, crypto::entropy_to_phrase(crypto::random_bytes<16>()));
    const std::string phrase{text_of(secret.expose())}; // to be shown: that is what was asked for
    PHALA_TRY(const auto account, account_of(options, phrase));
    json::Value out;
    if (options.file.empty()) {
        out["phrase"] = phrase;
    } else {
        PHALA_CHECK(save_secret(options.file, phrase));
        out["file"] = options.file;
    }
    out["address"] = crypto::address_of(account.bytes);
    out["publicKey"] = to_hex0x(account);
    show(options, out);
    return {};
}

Outcome<> export_key(const Options& options)
{
    PHALA_TRY(const auto pair, signer_of(options.uri, options.password_file));
    PHALA_TRY(const auto password, new_password(options.new_password_file));
    PHALA_TRY(const auto text, make_keystore(pair, password.expose(), options.name));
    PHALA_CHECK(save_secret(options.file, text));
    json::Value out;
    out["file"] = options.file;
    out["address"] = crypto::address_of(pair.account());
    show(options, out);
    return {};
}

Outcome<> balance(const Options& options)
{
    PHALA_TRY(auto chain, connect(options));
    PHALA_TRY(const auto account, account_of(options, options.who));
    const Bytes key = concat(storage_key("System", "Account"), crypto::blake2_128(account), account);
    PHALA_TRY(const auto bytes, chain.node().call_bytes("state_getStorage", {to_hex0x(key)}));
    runtime::system::AccountInfo info{};
    if (bytes) {
        PHALA_TRY(info, scale::decode<runtime::system::AccountInfo>(*bytes));
    }
    json::Value out;
    out["address"] = crypto::address_of(account.bytes);
    out["free"] = amount_text(info.data.free);
    out["reserved"] = amount_text(info.data.reserved);
    out["nonce"] = info.nonce;
    show(options, out);
    return {};
}

Outcome<> transfer(const Options& options)
{
    PHALA_TRY(auto chain, connect(options));
    PHALA_TRY(const auto to, account_of(options, options.to));
    PHALA_TRY(const auto amount, parse_amount(options.amount));
    const auto call = runtime::khala::encode_call(runtime::balances::transfer_keep_alive{MultiAddress::of(to), amount});
    return report(options, send(chain, call, options));
}

} // namespace phala::cli
