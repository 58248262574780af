#pragma once
// The pink chain extension as plain functions (spec contract-engine §4): what a confidential contract can do that
// a public one cannot. "In a transaction" means while all workers of the cluster execute the same command.
#include "phat/host.hpp"
#include "phat/types.hpp"

namespace phat::pink {

enum class SigType : std::uint8_t { Ed25519, Sr25519, Ecdsa };

namespace detail {

/// Calls function `Id` with the encoded arguments and decodes what it wrote.
template <std::uint32_t Id, class R, class... Args>
R extension(const Args&... args)
{
    const Bytes input = phala::scale::encode(args...);
    std::uint32_t size = host::kBufferSize;
    host::phat_call_chain_extension(Id, input.data(), static_cast<std::uint32_t>(input.size()), host::buffer, &size);
    R result{};
    phala::scale::Reader in{ByteView{host::buffer, size}};
    if (!phala::scale::decode_from(in, result))
        __builtin_trap();
    return result;
}

struct Unit {};

} // namespace detail

/// A signature; sr25519 signatures are random and so empty in a transaction.
inline Bytes sign(SigType type, const Bytes& key, const Bytes& message)
{
    return detail::extension<2, Bytes>(type, key, message);
}
inline bool verify(SigType type, const Bytes& public_key, const Bytes& message, const Bytes& signature)
{
    return detail::extension<3, bool>(type, public_key, message, signature);
}
/// 64 secret bytes that only this contract can derive, the same on every worker of the cluster.
inline Bytes derive_sr25519_key(const Bytes& salt)
{
    return detail::extension<4, Bytes>(salt);
}
inline Bytes public_key(SigType type, const Bytes& key)
{
    return detail::extension<5, Bytes>(type, key);
}
/// Keeps a value in this worker's memory for up to seven days; false if the contract's quota is used up.
inline bool cache_set(const Bytes& key, const Bytes& value)
{
    const Bytes input = phala::scale::encode(key, value);
    std::uint32_t size = host::kBufferSize;
    return host::phat_call_chain_extension(6, input.data(), static_cast<std::uint32_t>(input.size()), host::buffer,
                                           &size)
           == 0;
}
/// Always empty in a transaction.
inline std::optional<Bytes> cache_get(const Bytes& key)
{
    return detail::extension<8, std::optional<Bytes>>(key);
}
inline std::optional<Bytes> cache_remove(const Bytes& key)
{
    return detail::extension<9, std::optional<Bytes>>(key);
}
/// A line for the log server. Anybody who can query the logger reads it: no amounts, no names.
enum class Level : std::uint8_t { Error = 1, Warn, Info, Debug, Trace };
inline void log(Level level, std::string_view text)
{
    detail::extension<10, detail::Unit>(level, text);
}
/// Random bytes; empty in a transaction.
inline Bytes random(std::uint8_t count)
{
    return detail::extension<11, Bytes>(count);
}
/// True while all workers execute a command, and while one estimates.
inline bool is_in_transaction()
{
    return detail::extension<12, bool>();
}
inline AccountId system_contract_id()
{
    return detail::extension<15, AccountId>();
}
struct ClusterBalance {
    Balance total, free;
};
inline ClusterBalance balance_of(const AccountId& account)
{
    return detail::extension<16, ClusterBalance>(account);
}
/// This worker's identity key; zeros in a transaction.
inline Hash worker_pubkey()
{
    return detail::extension<17, Hash>();
}
/// The worker's own clock, which nobody vouches for; 0 in a transaction.
inline Timestamp untrusted_millis()
{
    return detail::extension<18, Timestamp>();
}
enum class CodeType : std::uint8_t { Ink, Sidevm };
inline bool code_exists(const Hash& hash, CodeType type)
{
    return detail::extension<19, bool>(hash, type == CodeType::Sidevm);
}
inline std::pair<std::uint32_t, std::uint32_t> runtime_version()
{
    return detail::extension<21, std::pair<std::uint32_t, std::uint32_t>>();
}

/// Tells the cluster which contract takes log records; honoured only from the system contract.
inline void set_log_handler(const AccountId& contract)
{
    // one topic, "phala.pink.event" as SCALE text padded with zeros (§5.1); event 8 of PinkEvent
    constexpr std::string_view kName = "phala.pink.event";
    std::vector<phala::ByteArray<32>> topics(1);
    topics[0][0] = static_cast<std::uint8_t>(kName.size() << 2);
    std::memcpy(topics[0].data() + 1, kName.data(), kName.size());
    const Bytes topic_bytes = phala::scale::encode(topics);
    const Bytes data = phala::scale::encode(std::uint8_t{8}, contract);
    host::phat_deposit_event(topic_bytes.data(), static_cast<std::uint32_t>(topic_bytes.size()), data.data(),
                             static_cast<std::uint32_t>(data.size()));
}

} // namespace phat::pink
