#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "crypto/key_pair.hpp"
#include "primitives/dispatch_error.hpp"
#include "primitives/extrinsic.hpp"
#include "primitives/header.hpp"
#include "primitives/inherent.hpp"
#include "primitives/validity.hpp"
#include "vectors.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace phala::vectors {
namespace {

TEST(PrimitiveVectors, Eras)
{
    for (const auto& known : *section("era").array()) {
        SCOPED_TRACE(text(known, "hex"));
        const Bytes encoded = bytes(known, "hex");
        const Era decoded = scale::decode<Era>(encoded).value();
        if (has(known, "immortal")) {
            EXPECT_TRUE(decoded.is_immortal());
            EXPECT_EQ(scale::encode(Era::immortal()), encoded);
            continue;
        }
        const std::uint64_t current = number(known, "current");
        const Era era = Era::mortal(number(known, "period"), current);
        EXPECT_EQ(to_hex(scale::encode(era)), to_hex(encoded));
        EXPECT_EQ(decoded, era);
        EXPECT_EQ(era.period(), number(known, "decodedPeriod"));
        // The vectors tell the phase before it was rounded to what two bytes can hold; birth and death follow from it.
        const std::uint64_t quantum = std::max<std::uint64_t>(era.period() / 4096, 1);
        const std::uint64_t lost = number(known, "phase") % quantum;
        EXPECT_EQ(era.phase(), number(known, "phase") - lost);
        EXPECT_EQ(era.birth(current), number(known, "birth") - lost);
        EXPECT_EQ(era.death(current), number(known, "death") - lost);
    }
}

TEST(PrimitiveVectors, Headers)
{
    for (const auto& known : *section("headers").array()) {
        Header header{.parent_hash = {array_of<32>(bytes(known, "parentHash"))},
                      .number = static_cast<BlockNumber>(number(known, "number")),
                      .state_root = {array_of<32>(bytes(known, "stateRoot"))},
                      .extrinsics_root = {array_of<32>(bytes(known, "extrinsicsRoot"))},
                      .digest = {}};
        for (const auto& log : list(known, "logs"))
            header.digest.logs.push_back(scale::decode<DigestItem>(bytes(log)).value());
        const Bytes encoded = scale::encode(header);
        EXPECT_EQ(to_hex(encoded), to_hex(bytes(known, "encoded")));
        EXPECT_EQ(scale::decode<Header>(encoded).value(), header);
        EXPECT_EQ(to_hex(crypto::blake2_256(encoded)), to_hex(bytes(known, "blake2_256")));
    }
    const std::map<std::string, std::uint8_t> kinds = {
        {"Other", 0}, {"Consensus", 4}, {"Seal", 5}, {"PreRuntime", 6}, {"RuntimeEnvironmentUpdated", 8}};
    for (const auto& known : *section("digestItems").array()) {
        const auto item = scale::decode<DigestItem>(bytes(known, "hex"));
        ASSERT_TRUE(item) << item.error().message();
        EXPECT_EQ(item->item.index(), kinds.at(text(known, "kind")));
        EXPECT_EQ(scale::encode(*item), bytes(known, "hex"));
    }
}

MultiSignature signature_of(std::string_view scheme, ByteView raw)
{
    if (scheme == "ecdsa")
        return {signature::Ecdsa{array_of<65>(raw)}};
    if (scheme == "ed25519")
        return {signature::Ed25519{array_of<64>(raw)}};
    return {signature::Sr25519{array_of<64>(raw)}};
}

TEST(PrimitiveVectors, SignedExtrinsics)
{
    const auto& all = section("extrinsics");
    const ChainIdentity chain{static_cast<std::uint32_t>(number(all, "specVersion")),
                              static_cast<std::uint32_t>(number(all, "transactionVersion")),
                              {array_of<32>(bytes(all, "genesisHash"))}};
    for (const auto& known : list(all, "cases")) {
        SCOPED_TRACE(text(known, "name") + " " + text(known, "scheme"));
        const Bytes call = bytes(known, "call");
        const Bytes extra = bytes(known, "extra");
        const Bytes implicit = bytes(known, "implicit");
        // This chain does without CheckMetadataHash, whose byte ends the explicit part where a vector has it.
        ByteView behind{extra};
        const auto extensions = scale::decode_front<TxExtensions>(behind).value();
        const bool has_metadata_hash = !behind.empty();
        ASSERT_LE(behind.size(), 1u);
        const ByteView ours = ByteView{extra}.first(extra.size() - behind.size());
        EXPECT_EQ(to_hex(scale::encode(extensions)), to_hex(ours));
        const MultiSignature multi = signature_of(text(known, "scheme"), bytes(known, "signature"));
        const AccountId signer{array_of<32>(bytes(known, "signerAccount"))};
        const Bytes signed_bytes = bytes(known, "signedBytes");
        EXPECT_TRUE(crypto::verify(multi, signed_bytes, signer.bytes));
        EXPECT_EQ(to_hex(concat(call, extra, implicit)), to_hex(bytes(known, "payload")));
        EXPECT_EQ(concat(call, extra, implicit).size(), number(known, "payloadLen"));
        EXPECT_EQ(signed_bytes.size() == 32, flag(known, "hashedBeforeSigning"));
        EXPECT_EQ(to_hex(extrinsic_hash(bytes(known, "extrinsic"))), to_hex(bytes(known, "extrinsicHash")));
        if (has_metadata_hash)
            continue;
        EXPECT_EQ(to_hex(signing_payload(call, extensions, implicit)), to_hex(signed_bytes));
        if (std::get<CheckMortality>(extensions)._0.is_immortal())
            EXPECT_EQ(to_hex(implicit_bytes(chain, chain.genesis_hash)), to_hex(implicit));
        EXPECT_EQ(to_hex(signed_extrinsic({MultiAddress::of(signer), multi, extensions}, call)),
                  to_hex(bytes(known, "extrinsic")));
        if (const auto* again = known.find("deterministic"); *again->boolean()) {
            const auto scheme = text(known, "scheme") == "ed25519" ? crypto::Scheme::Ed25519 : crypto::Scheme::Ecdsa;
            EXPECT_EQ(crypto::KeyPair::from_uri("//Alice", scheme)->sign(signed_bytes, {}), multi);
        }
        const Bytes full = bytes(known, "extrinsic");
        const auto parts = split_extrinsic(unwrap_extrinsic(full).value()).value();
        ASSERT_TRUE(parts.preamble);
        EXPECT_EQ(parts.preamble->signature, multi);
        EXPECT_EQ(to_hex(parts.call), to_hex(call));
    }
}

TEST(PrimitiveVectors, BareAndGeneralExtrinsics)
{
    const auto& all = section("extrinsics");
    const auto expect_bare = [&](std::string_view name, ExtrinsicVersion version) {
        const auto& known = member(all, name);
        const Bytes full = bytes(known, "extrinsic");
        EXPECT_EQ(to_hex(bare_extrinsic(bytes(known, "call"), version)), to_hex(full));
        const auto parts = split_extrinsic(unwrap_extrinsic(full).value(), ExtrinsicVersion::V5).value();
        EXPECT_EQ(parts.version, version);
        EXPECT_EQ(to_hex(parts.call), to_hex(bytes(known, "call")));
        EXPECT_FALSE(parts.preamble || parts.general);
    };
    expect_bare("bareV4", ExtrinsicVersion::V4);
    expect_bare("bareV5", ExtrinsicVersion::V5);

    const Bytes general = bytes(member(all, "generalV5"), "extrinsic");
    const auto parts = split_extrinsic(unwrap_extrinsic(general).value(), ExtrinsicVersion::V5).value();
    ASSERT_TRUE(parts.general);
    EXPECT_EQ(to_hex(general_extrinsic(parts.general->extensions, parts.call)), to_hex(general));
    EXPECT_EQ(to_hex(parts.call), "00011041414141");

    const auto& preambles = member(all, "preambles");
    EXPECT_EQ(bytes(preambles, "v4Signed"), Bytes{kSignedV4});
    EXPECT_EQ(bytes(preambles, "v4Bare"), Bytes{kBareV4});
    EXPECT_EQ(bytes(preambles, "v5Bare"), Bytes{kBareV5});
    EXPECT_EQ(bytes(preambles, "v5General"), Bytes{kGeneralV5});
}

TEST(PrimitiveVectors, ResultsAndNames)
{
    const auto& known = section("misc");
    const auto& answers = member(known, "applyExtrinsicResult");
    using Answer = std::expected<std::expected<std::tuple<>, DispatchError>, TransactionValidityError>;
    const auto expect_answer = [&](std::string_view name, const Answer& answer) {
        EXPECT_EQ(to_hex(scale::encode(answer)), to_hex(bytes(answers, name))) << name;
    };
    const auto failed = [](DispatchError error) {
        return Answer{std::expected<std::tuple<>, DispatchError>{std::unexpected{error}}};
    };
    const auto refused = [](auto why) {
        return Answer{std::unexpected{TransactionValidityError{validity::Invalid{{why}}}}};
    };
    expect_answer("ok", Answer{std::expected<std::tuple<>, DispatchError>{}});
    expect_answer("dispatchErrBadOrigin", failed({dispatch_error::BadOrigin{}}));
    expect_answer("dispatchErrModule6Err2", failed({dispatch_error::Module{{6, {2, 0, 0, 0}}}}));
    expect_answer("invalidPayment", refused(invalid::Payment{}));
    expect_answer("invalidFuture", refused(invalid::Future{}));
    expect_answer("invalidStale", refused(invalid::Stale{}));
    expect_answer("invalidBadProof", refused(invalid::BadProof{}));
    expect_answer("invalidExhausts", refused(invalid::ExhaustsResources{}));
    expect_answer("invalidCustom5", refused(invalid::Custom{5}));
    expect_answer("unknownCannotLookup",
                  Answer{std::unexpected{TransactionValidityError{validity::Unknown{{unknown::CannotLookup{}}}}}});

    const auto& names = member(known, "inherentIdentifiers");
    EXPECT_EQ(text(names, "timestamp"), text_of(kTimestampInherent));
    EXPECT_EQ(text(names, "auraslot"), text_of(kAuraSlotInherent));

    std::vector<std::string> errors(list(known, "dispatchError").size());
    decltype(DispatchError::what)::for_each([&]<std::uint8_t Index, class T>() {
        const std::string& name = string(list(known, "dispatchError").at(Index));
        EXPECT_TRUE(name.starts_with(reflect::type_name<T>)) << name;
        errors[Index] = name;
    });
    EXPECT_TRUE(std::ranges::none_of(errors, &std::string::empty));
}

} // namespace
} // namespace phala::vectors
