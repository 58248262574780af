// Signatures, hashes and encryption, 2,000 of each.
#include "bench/workload.hpp"
#include "crypto/aead.hpp"
#include "crypto/ecdsa.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/sr25519.hpp"

#include <sodium.h>

namespace phala::bench {
namespace {

using namespace crypto;

constexpr std::size_t kCount = 2'000;

std::vector<Bytes> items(std::string_view stream, std::size_t size)
{
    Stream data{stream};
    std::vector<Bytes> out;
    for (std::size_t i = 0; i < kCount; ++i)
        out.push_back(data.take(size));
    return out;
}

/// Keys and signatures as the bytes that arrive.
struct Signed {
    std::vector<Bytes> message, key, signature;
};

template <class Sign>
Signed signed_by(std::string_view seeds, Sign sign)
{
    Signed out;
    Stream seed{seeds};
    out.message = items("messages", 100);
    for (const auto& message : out.message) {
        auto [key, signature] = sign(Secret<32>{seed.array<32>()}, message);
        out.key.push_back(to_bytes(ByteView{key}));
        out.signature.push_back(to_bytes(ByteView{signature}));
    }
    return out;
}

template <class Result>
std::string digest_of_all(const std::vector<Result>& results)
{
    Bytes all;
    for (const auto& result : results)
        append(all, result);
    return digest(all);
}

/// One result for each input.
template <class Result, class Work>
Run run_each(Work work)
{
    Run run;
    const auto results = timed(run.time, [&] {
        std::vector<Result> out(kCount);
        for (std::size_t i = 0; i < kCount; ++i)
            out[i] = work(i);
        return out;
    });
    run.checksum = digest_of_all(results);
    return run;
}

/// `check` gives how many signatures from a place on it looked at, and whether they are valid.
template <class Check>
Run verify_batches(const Signed& data, Check check)
{
    Run run;
    const auto valid = timed(run.time, [&] {
        std::vector<std::uint8_t> out;
        out.reserve(kCount);
        while (out.size() < kCount) {
            const auto [count, all_valid] = check(out.size());
            out.insert(out.end(), count, all_valid ? 1 : 0);
        }
        return out;
    });
    Bytes all;
    for (std::size_t i = 0; i < kCount; ++i)
        append(all, concat(data.key[i], data.message[i], ByteArray<1>{valid[i]}));
    run.checksum = digest(all);
    return run;
}

template <class Check>
Run verify_each(const Signed& data, Check check)
{
    return verify_batches(data, [&](std::size_t i) {
        return std::pair{std::size_t{1}, check(data.key[i], data.message[i], data.signature[i])};
    });
}

Signed sr25519_signatures()
{
    return signed_by("sr25519-seed", [](const Secret<32>& seed, ByteView message) {
        const sr25519::KeyPair pair{seed};
        return std::pair{pair.public_key(), pair.sign(message, {})};
    });
}

std::function<Run()> sr25519_verify()
{
    return [data = sr25519_signatures()] {
        return verify_each(data, [](ByteView key, ByteView message, ByteView signature) {
            return sr25519::verify({array_of<64>(signature)}, message, {array_of<32>(key)});
        });
    };
}

/// Parsed and verified in batches of 64; the last one is smaller.
std::function<Run()> sr25519_verify_batches()
{
    return [data = sr25519_signatures()] {
        constexpr std::size_t kBatch = 64;
        return verify_batches(data, [&](std::size_t first) {
            std::vector<sr25519::Claim> claims;
            for (std::size_t i = first; i < std::min(first + kBatch, kCount); ++i)
                claims.push_back({{array_of<64>(data.signature[i])}, data.message[i], {array_of<32>(data.key[i])}});
            return std::pair{claims.size(), sr25519::verify_all(claims)};
        });
    };
}

std::function<Run()> ed25519_verify()
{
    auto data = signed_by("ed25519-seed", [](const Secret<32>& seed, ByteView message) {
        const ed25519::KeyPair pair{seed};
        return std::pair{pair.public_key(), pair.sign(message)};
    });
    return [data = std::move(data)] {
        return verify_each(data, [](ByteView key, ByteView message, ByteView signature) {
            return ed25519::verify({array_of<64>(signature)}, message, {array_of<32>(key)});
        });
    };
}

std::function<Run()> ecdsa_recover()
{
    auto data = signed_by("ecdsa-seed", [](const Secret<32>& seed, ByteView message) {
        const auto pair = ecdsa::KeyPair::from_seed(seed);
        return std::pair{pair->public_key(), pair->sign(message)};
    });
    return [data = std::move(data)] {
        return run_each<ecdsa::PublicKey>([&](std::size_t i) {
            return ecdsa::recover({array_of<65>(data.signature[i])}, blake2_256(data.message[i]))
                .value_or(ecdsa::PublicKey{});
        });
    };
}

struct Agreement {
    sr25519::KeyPair pair;
    sr25519::PublicKey point;
};

std::function<Run()> sr25519_agree()
{
    Stream points{"agree-point"};
    Stream scalars{"agree-scalar"};
    auto inputs = std::make_shared<std::vector<Agreement>>();
    for (std::size_t i = 0; i < kCount; ++i) {
        sr25519::PublicKey point;
        crypto_core_ristretto255_from_hash(point.bytes.data(), points.take(64).data());
        ByteArray<64> secret{};
        crypto_core_ristretto255_scalar_reduce(secret.data(), scalars.take(64).data());
        inputs->push_back({*sr25519::KeyPair::from_secret(Secret<64>{secret}), point});
    }
    return [inputs] {
        return run_each<ByteArray<32>>(
            [&](std::size_t i) { return array_of<32>((*inputs)[i].pair.agree((*inputs)[i].point)->expose()); });
    };
}

template <std::size_t Size, auto Hash>
std::function<Run()> hash_each()
{
    return [inputs = items("hash", Size)] {
        return run_each<decltype(Hash(ByteView{}))>([&](std::size_t i) { return Hash(inputs[i]); });
    };
}

std::function<Run()> aes_gcm_1k()
{
    const auto key = Stream{"aes-gcm-key"}.array<32>();
    return [cipher = std::make_shared<Aes256Gcm>(Secret<32>{key}), ivs = items("aes-gcm-nonce", 12),
            texts = items("aes-gcm-text", 1024)] {
        bool all_open = true;
        auto run = run_each<Bytes>([&](std::size_t i) {
            const auto iv = array_of<12>(ivs[i]);
            Bytes sealed = cipher->seal(iv, texts[i]);
            all_open = cipher->open(iv, sealed).has_value() && all_open;
            return sealed;
        });
        if (!all_open)
            run.checksum = "a sealed text did not open";
        return run;
    };
}

} // namespace

std::vector<Workload> crypto_workloads()
{
    return {{"sr25519-verify", "op", kCount, false, sr25519_verify},
            {"sr25519-verify-batch64", "op", kCount, false, sr25519_verify_batches},
            {"sr25519-agree", "op", kCount, false, sr25519_agree},
            {"ed25519-verify", "op", kCount, false, ed25519_verify},
            {"ecdsa-recover", "op", kCount, false, ecdsa_recover},
            {"blake2b-256-64", "op", kCount, false, hash_each<64, blake2_256>},
            {"blake2b-256-4k", "op", kCount, false, hash_each<4096, blake2_256>},
            {"twox-128-16", "op", kCount, false, hash_each<16, twox_128>},
            {"aes-gcm-1k", "op", kCount, false, aes_gcm_1k}};
}

} // namespace phala::bench
