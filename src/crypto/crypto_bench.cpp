// The workloads of the signature, hash and AEAD benchmarks that peers are measured with: data from streams of
// BLAKE2b-256 blocks, one time per operation, and as label the checksum of what was computed.
#include "base/hex.hpp"
#include "crypto/aead.hpp"
#include "crypto/ecdsa.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "crypto/key_pair.hpp"
#include "crypto/phala_keys.hpp"
#include "crypto/sr25519.hpp"

#include <benchmark/benchmark.h>
#include <sodium.h>

namespace {

using namespace phala;
using namespace phala::crypto;

constexpr std::size_t kCount = 2000;

/// Block i is BLAKE2b-256 of the name and i; the stream is all of them.
class Stream {
public:
    explicit Stream(std::string_view name) : name_{name} {}

    Bytes next(std::size_t count)
    {
        while (rest_.size() < count) {
            append(rest_, blake2_256(concat(bytes_of(name_), le_bytes(block_))));
            ++block_;
        }
        Bytes out{rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(count)};
        rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(count));
        return out;
    }
    template <std::size_t N>
    ByteArray<N> next()
    {
        return array_of<N>(next(N));
    }

private:
    std::string name_;
    std::uint64_t block_ = 0;
    Bytes rest_;
};

void finish(benchmark::State& state, const Bytes& computed)
{
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kCount));
    state.counters["per_op"] = benchmark::Counter(
        static_cast<double>(kCount), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
    state.SetLabel(to_hex(blake2_256(computed)));
}

std::vector<Bytes> messages()
{
    Stream stream{"messages"};
    std::vector<Bytes> out;
    for (std::size_t i = 0; i < kCount; ++i)
        out.push_back(stream.next(100));
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
    Stream stream{seeds};
    out.message = messages();
    for (const auto& message : out.message) {
        auto [key, signature] = sign(Secret<32>{stream.next<32>()}, message);
        out.key.push_back(std::move(key));
        out.signature.push_back(std::move(signature));
    }
    return out;
}

template <class Check>
void verify_all(benchmark::State& state, const Signed& data, Check check)
{
    std::vector<std::uint8_t> valid(kCount);
    for (auto _ : state)
        for (std::size_t i = 0; i < kCount; ++i)
            valid[i] = check(data.key[i], data.message[i], data.signature[i]) ? 1 : 0;
    Bytes computed;
    for (std::size_t i = 0; i < kCount; ++i)
        append(computed, concat(data.key[i], data.message[i], ByteArray<1>{valid[i]}));
    finish(state, computed);
}

void sr25519_verify(benchmark::State& state)
{
    const auto data = signed_by("sr25519-seed", [](const Secret<32>& seed, ByteView message) {
        const sr25519::KeyPair pair{seed};
        return std::pair{to_bytes(ByteView{pair.public_key()}), to_bytes(ByteView{pair.sign(message, {})})};
    });
    verify_all(state, data, [](ByteView key, ByteView message, ByteView signature) {
        return sr25519::verify({array_of<64>(signature)}, message, {array_of<32>(key)});
    });
}

void ed25519_verify(benchmark::State& state)
{
    const auto data = signed_by("ed25519-seed", [](const Secret<32>& seed, ByteView message) {
        const ed25519::KeyPair pair{seed};
        return std::pair{to_bytes(ByteView{pair.public_key()}), to_bytes(ByteView{pair.sign(message)})};
    });
    verify_all(state, data, [](ByteView key, ByteView message, ByteView signature) {
        return ed25519::verify({array_of<64>(signature)}, message, {array_of<32>(key)});
    });
}

void ecdsa_recover(benchmark::State& state)
{
    const auto data = signed_by("ecdsa-seed", [](const Secret<32>& seed, ByteView message) {
        const auto pair = ecdsa::KeyPair::from_seed(seed);
        return std::pair{to_bytes(ByteView{pair->public_key()}), to_bytes(ByteView{pair->sign(message)})};
    });
    std::vector<ecdsa::PublicKey> keys(kCount);
    for (auto _ : state)
        for (std::size_t i = 0; i < kCount; ++i)
            keys[i] = ecdsa::recover({array_of<65>(data.signature[i])}, blake2_256(data.message[i]))
                          .value_or(ecdsa::PublicKey{});
    Bytes computed;
    for (const auto& key : keys)
        append(computed, key);
    finish(state, computed);
}

void sr25519_agree(benchmark::State& state)
{
    std::vector<std::pair<sr25519::KeyPair, sr25519::PublicKey>> inputs;
    Stream points{"agree-point"};
    Stream scalars{"agree-scalar"};
    for (std::size_t i = 0; i < kCount; ++i) {
        sr25519::PublicKey point;
        crypto_core_ristretto255_from_hash(point.bytes.data(), points.next(64).data());
        ByteArray<64> secret{};
        crypto_core_ristretto255_scalar_reduce(secret.data(), scalars.next(64).data());
        inputs.emplace_back(*sr25519::KeyPair::from_secret(Secret<64>{secret}), point);
    }
    std::vector<Secret<32>> shared(kCount);
    for (auto _ : state)
        for (std::size_t i = 0; i < kCount; ++i)
            shared[i] = *inputs[i].first.agree(inputs[i].second);
    Bytes computed;
    for (const auto& secret : shared)
        append(computed, secret.expose());
    finish(state, computed);
}

template <std::size_t Size, auto Hash>
void hash_of(benchmark::State& state)
{
    Stream stream{"hash"};
    std::vector<Bytes> inputs;
    for (std::size_t i = 0; i < kCount; ++i)
        inputs.push_back(stream.next(Size));
    std::vector<decltype(Hash(ByteView{}))> digests(kCount);
    for (auto _ : state) {
        for (std::size_t i = 0; i < kCount; ++i)
            digests[i] = Hash(inputs[i]);
        benchmark::ClobberMemory();
    }
    Bytes computed;
    for (const auto& digest : digests)
        append(computed, digest);
    finish(state, computed);
}

void aes_gcm_1k(benchmark::State& state)
{
    Aes256Gcm cipher{Secret<32>{Stream{"aes-gcm-key"}.next<32>()}};
    Stream ivs{"aes-gcm-nonce"};
    Stream texts{"aes-gcm-text"};
    std::vector<std::pair<AeadIv, Bytes>> inputs;
    for (std::size_t i = 0; i < kCount; ++i) {
        const auto iv = ivs.next<12>();
        inputs.emplace_back(iv, texts.next(1024));
    }
    std::vector<Bytes> sealed(kCount);
    bool all_open = true;
    for (auto _ : state)
        for (std::size_t i = 0; i < kCount; ++i) {
            sealed[i] = cipher.seal(inputs[i].first, inputs[i].second);
            all_open = cipher.open(inputs[i].first, sealed[i]).has_value() && all_open;
        }
    if (!all_open)
        state.SkipWithError("a sealed text did not open");
    Bytes computed;
    for (const auto& text : sealed)
        append(computed, text);
    finish(state, computed);
}

void key_from_uri(benchmark::State& state)
{
    for (auto _ : state)
        benchmark::DoNotOptimize(KeyPair::from_uri("//Alice//stash"));
}

void derive_contract_key(benchmark::State& state)
{
    const sr25519::KeyPair cluster{Secret<32>{ByteArray<32>{1}}};
    for (auto _ : state)
        benchmark::DoNotOptimize(contract_key(cluster, {}));
}

BENCHMARK(sr25519_verify)->Name("sr25519-verify")->Unit(benchmark::kMillisecond);
BENCHMARK(sr25519_agree)->Name("sr25519-agree")->Unit(benchmark::kMillisecond);
BENCHMARK(ed25519_verify)->Name("ed25519-verify")->Unit(benchmark::kMillisecond);
BENCHMARK(ecdsa_recover)->Name("ecdsa-recover")->Unit(benchmark::kMillisecond);
BENCHMARK(hash_of<64, blake2_256>)->Name("blake2b-256-64")->Unit(benchmark::kMillisecond);
BENCHMARK(hash_of<4096, blake2_256>)->Name("blake2b-256-4k")->Unit(benchmark::kMillisecond);
BENCHMARK(hash_of<16, twox_128>)->Name("twox-128-16")->Unit(benchmark::kMillisecond);
BENCHMARK(hash_of<64, keccak_256>)->Name("keccak-256-64")->Unit(benchmark::kMillisecond);
BENCHMARK(aes_gcm_1k)->Name("aes-gcm-1k")->Unit(benchmark::kMillisecond);
BENCHMARK(key_from_uri)->Unit(benchmark::kMicrosecond);
BENCHMARK(derive_contract_key)->Unit(benchmark::kMicrosecond);

} // namespace
