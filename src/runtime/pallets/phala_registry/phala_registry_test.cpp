#include "runtime/testing/phala_chain.hpp"

namespace phala::runtime {
namespace {

using namespace phala_registry;
using testing::filled;
using testing::key_pair;
using testing::kFirstTime;

class Registry : public testing::PhalaChain {
protected:
    const PublicKey key_ = worker_.public_key();
    const PublicKey other_ = other_worker_.public_key();

    static Message pushed(const GatekeeperLaunch& launch) { return from_pallet("PhalaRegistry", launch); }
    static Message pushed(const GatekeeperChange& change) { return from_pallet("PhalaRegistry", change); }
    template <class Event>
    static Message told(const PublicKey& worker, Event event)
    {
        return from_pallet("PhalaRegistry", SystemEvent{SystemEvent::ForWorker{worker, {event}}});
    }
    static Message master_pubkey(const PublicKey& worker, const PublicKey& key)
    {
        return message_of(MessageOrigin::worker(worker), RegistryEvent{RegistryEvent::MasterPubkey{key}});
    }
    static Message rotated(std::uint64_t id, const PublicKey& key)
    {
        return message_of(MessageOrigin::gatekeeper(),
                          GatekeeperRegistryEvent{GatekeeperRegistryEvent::RotatedMasterPubkey{id, key}});
    }
};

TEST_F(Registry, KeepsItsStorageKeys) // sdk-wire V31
{
    const PublicKey worker{
        array_from_hex<32>("a63d1427fd44c2e8876a2d724abc93fee5cff849ca7cdc4a906e381a189c8c04").value()};
    const std::string id = "a63d1427fd44c2e8876a2d724abc93fee5cff849ca7cdc4a906e381a189c8c04";
    EXPECT_EQ(
        to_hex(ContractKeys::key({filled(0xc0)})),
        "0d746931e7a6bfd47fbcccfd71984aef56d5f6993edd947476754848e5e270f15a223a5a789981c3c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0"
        "c0c0c0c0c0c0c0c0c0c0");
    EXPECT_EQ(
        to_hex(ClusterKeys::key(cluster_)),
        "0d746931e7a6bfd47fbcccfd71984aefb0bcb135e3d04e9bf80fc02ccd7bc4d7874cb762a9d6a6680000000000000000000000000000000000000000000000"
        "000000000000000001");
    EXPECT_EQ(to_hex(Endpoints::key(worker)),
              "0d746931e7a6bfd47fbcccfd71984aef256502b006697fb142d2eb87ba5e1ca16034ce7ab1988522" + id);
    EXPECT_EQ(to_hex(Workers::key(worker)),
              "0d746931e7a6bfd47fbcccfd71984aef1bf55d6b9732eb86723ccad1af88b9856034ce7ab1988522" + id);
}

TEST_F(Registry, RegistersAWorker)
{
    ASSERT_TRUE(by(bob_, register_worker_v2{registration(key_), std::nullopt}));
    const WorkerInfoV2 expected{.pubkey = key_,
                                .ecdh_pubkey = key_,
                                .runtime_version = 0x00020000,
                                .last_updated = kFirstTime / 1000,
                                .operator_ = alice_,
                                .attestation_provider = std::nullopt,
                                .confidence_level = 128,
                                .initial_score = std::nullopt,
                                .features = {4, 1}};
    EXPECT_EQ(Workers::get(key_), expected);
    EXPECT_EQ(to_hex(scale::encode(expected)), to_hex(key_) + to_hex(key_)
                                                   + "0000020000f15365000000000"
                                                     "1"
                                                   + to_hex(alice_)
                                                   + "00"
                                                     "80"
                                                     "00"
                                                     "080400000001000000");
    EXPECT_EQ(events(), (std::vector{event(WorkerAdded{key_, std::nullopt, 128})}));
    EXPECT_EQ(outbound(),
              (std::vector{told(key_, WorkerEvent::Registered{128}), told(key_, WorkerEvent::BenchStart{8})}));
}

TEST_F(Registry, UpdatesAWorkerThatRegistersAgain)
{
    register_worker(worker_);
    Workers::mutate(key_, [](auto& worker) { worker->initial_score = 700; });
    next_block();
    auto info = registration(key_);
    info.version = 7;
    info.operator_ = std::nullopt;
    ASSERT_TRUE(by(alice_, register_worker_v2{info, std::nullopt}));
    const auto worker = Workers::get(key_);
    EXPECT_EQ(worker->runtime_version, 7U);
    EXPECT_EQ(worker->operator_, std::nullopt);
    EXPECT_EQ(worker->initial_score, 700U);
    EXPECT_EQ(worker->last_updated, kFirstTime / 1000 + 1);
    EXPECT_EQ(events(), (std::vector{event(WorkerUpdated{key_, std::nullopt, 128})}));
    EXPECT_EQ(outbound().size(), 2U);
}

TEST_F(Registry, RefusesBadRegistrations)
{
    const auto refuses = [&](Error error, auto change) {
        register_worker_v2 call{registration(key_), std::nullopt};
        change(call);
        return fails(error, call, {Signed{alice_}});
    };
    EXPECT_TRUE(refuses(Error::ParachainIdMismatch, [](auto& call) { call.pruntime_info.para_id = 0; }));
    EXPECT_TRUE(
        refuses(Error::GenesisBlockHashRejected, [](auto& call) { call.pruntime_info.genesis_block_hash = {}; }));
    EXPECT_TRUE(refuses(Error::InvalidPubKey, [&](auto& call) { call.pruntime_info.ecdh_pubkey = other_; }));
    EXPECT_TRUE(refuses(Error::UnsupportedAttestationType, [](auto& call) {
        call.attestation = AttestationReport{AttestationReport::SgxDcap{{1}, std::nullopt}};
    }));
    EXPECT_TRUE(fails(dispatch_error::BadOrigin{}, register_worker_v2{registration(key_), std::nullopt}, {Root{}}));
}

TEST_F(Registry, ForceRegistersAWorker)
{
    EXPECT_TRUE(fails(dispatch_error::BadOrigin{}, force_register_worker{key_, key_, bob_}, {Signed{alice_}}));
    EXPECT_TRUE(fails(Error::InvalidPubKey, force_register_worker{key_, other_, bob_}, {Root{}}));
    ASSERT_TRUE(by_root(force_register_worker{key_, key_, bob_}));
    const auto worker = Workers::get(key_);
    EXPECT_EQ(worker->operator_, bob_);
    EXPECT_EQ(worker->confidence_level, 128);
    EXPECT_EQ(events(), (std::vector{event(WorkerAdded{key_, AttestationProvider::Root, 128})}));
    EXPECT_EQ(outbound(),
              (std::vector{told(key_, WorkerEvent::Registered{128}), told(key_, WorkerEvent::BenchStart{8})}));
}

TEST_F(Registry, LaunchesTheFirstGatekeeper)
{
    EXPECT_TRUE(fails(dispatch_error::BadOrigin{}, register_gatekeeper{key_}, {Signed{alice_}}));
    EXPECT_TRUE(fails(Error::WorkerNotFound, register_gatekeeper{key_}, {Root{}}));
    register_worker(worker_);
    register_worker(other_worker_);
    next_block();
    ASSERT_TRUE(by_root(register_gatekeeper{key_}));
    EXPECT_EQ(Gatekeeper::get(), std::vector{key_});
    EXPECT_EQ(events(), (std::vector{event(GatekeeperAdded{key_})}));
    EXPECT_EQ(outbound(), (std::vector{pushed(GatekeeperLaunch{GatekeeperLaunch::FirstGatekeeper{key_, key_}})}));
    EXPECT_TRUE(fails(Error::MasterKeyUninitialized, register_gatekeeper{other_}, {Root{}}));

    next_block();
    ASSERT_TRUE(send(worker_, master_pubkey(key_, master_.public_key())));
    EXPECT_EQ(GatekeeperMasterPubkey::get(), master_.public_key());
    EXPECT_EQ(GatekeeperLaunchedAt::get(), (std::tuple{BlockNumber{3}, kFirstTime / 1000 + 2}));
    EXPECT_EQ(events(), (std::vector{event(GatekeeperLaunched{})}));
    EXPECT_EQ(outbound(),
              (std::vector{pushed(GatekeeperLaunch{GatekeeperLaunch::MasterPubkeyOnChain{master_.public_key()}})}));

    next_block();
    EXPECT_TRUE(fails(Error::InvalidGatekeeper, register_gatekeeper{key_}, {Root{}}));
    ASSERT_TRUE(by_root(register_gatekeeper{other_}));
    EXPECT_EQ(Gatekeeper::get(), (std::vector{key_, other_}));
    EXPECT_EQ(outbound(), (std::vector{pushed(GatekeeperChange{GatekeeperChange::Registered{other_, other_}})}));
}

TEST_F(Registry, BelievesOnlyGatekeepersAboutTheMasterKey)
{
    launch_gatekeeper();
    register_worker(other_worker_);
    next_block();
    EXPECT_EQ(on_message(master_pubkey(other_, master_.public_key())).error(),
              to_dispatch_error(Error::InvalidGatekeeper));
    EXPECT_EQ(on_message(master_pubkey(key_, other_)).error(), to_dispatch_error(Error::MasterKeyMismatch));
    EXPECT_TRUE(on_message(master_pubkey(key_, master_.public_key())));
    auto message = master_pubkey(key_, other_);
    message.sender = MessageOrigin::gatekeeper();
    EXPECT_EQ(on_message(message).error(), to_dispatch_error(Error::InvalidSender));
    message = master_pubkey(key_, other_);
    message.payload.push_back(0);
    EXPECT_EQ(on_message(message).error(), to_dispatch_error(Error::CannotHandleUnknownMessage));
    EXPECT_TRUE(events().empty() && outbound().empty());
    EXPECT_EQ(GatekeeperMasterPubkey::get(), master_.public_key());
}

TEST_F(Registry, RemovesAGatekeeper)
{
    launch_gatekeeper();
    EXPECT_TRUE(fails(dispatch_error::BadOrigin{}, unregister_gatekeeper{key_}, {Signed{alice_}}));
    EXPECT_TRUE(fails(Error::CannotRemoveLastGatekeeper, unregister_gatekeeper{key_}, {Root{}}));
    EXPECT_TRUE(fails(Error::InvalidGatekeeper, unregister_gatekeeper{other_}, {Root{}}));
    register_worker(other_worker_);
    ASSERT_TRUE(by_root(register_gatekeeper{other_}));
    next_block();
    ASSERT_TRUE(by_root(unregister_gatekeeper{key_}));
    EXPECT_EQ(Gatekeeper::get(), std::vector{other_});
    EXPECT_EQ(events(), (std::vector{event(GatekeeperRemoved{key_})}));
    EXPECT_EQ(outbound(), (std::vector{pushed(GatekeeperChange{GatekeeperChange::Unregistered{key_}})}));
}

TEST_F(Registry, RotatesTheMasterKey)
{
    EXPECT_TRUE(fails(dispatch_error::BadOrigin{}, rotate_master_key{}, {Signed{alice_}}));
    EXPECT_TRUE(fails(Error::MasterKeyUninitialized, rotate_master_key{}, {Root{}}));
    launch_gatekeeper();
    next_block();
    ASSERT_TRUE(by_root(rotate_master_key{}));
    EXPECT_EQ(RotationCounter::get(), 1U);
    EXPECT_EQ(MasterKeyRotationLock::get(), 1U);
    EXPECT_EQ(outbound(),
              (std::vector{pushed(GatekeeperLaunch{GatekeeperLaunch::RotateMasterKey{1, {{key_, key_}}}})}));
    EXPECT_TRUE(fails(Error::MasterKeyInRotation, rotate_master_key{}, {Root{}}));
    EXPECT_TRUE(fails(Error::MasterKeyInRotation, register_gatekeeper{other_}, {Root{}}));
    EXPECT_TRUE(fails(Error::MasterKeyInRotation, unregister_gatekeeper{key_}, {Root{}}));

    next_block();
    const auto new_master = key_pair(2);
    ASSERT_TRUE(send(master_, rotated(7, new_master.public_key())));
    EXPECT_EQ(take_events(), (std::vector{event(MasterKeyRotationFailed{1, 7})}));
    EXPECT_EQ(GatekeeperMasterPubkey::get(), master_.public_key());
    ASSERT_TRUE(send(master_, rotated(1, new_master.public_key())));
    EXPECT_EQ(take_events(), (std::vector{event(MasterKeyRotated{1, new_master.public_key()})}));
    EXPECT_EQ(GatekeeperMasterPubkey::get(), new_master.public_key());
    EXPECT_EQ(MasterKeyRotationLock::get(), std::nullopt);
    EXPECT_EQ(outbound(),
              (std::vector{pushed(GatekeeperLaunch{GatekeeperLaunch::MasterPubkeyRotated{new_master.public_key()}})}));
    // from now on the gatekeepers speak with the new key only
    EXPECT_FALSE(send(master_, rotated(1, master_.public_key())));
    ASSERT_TRUE(send(new_master, rotated(1, master_.public_key())));
    EXPECT_EQ(take_events(), (std::vector{event(MasterKeyRotationFailed{std::nullopt, 1})}));

    auto message = rotated(2, key_);
    message.sender = MessageOrigin::worker(key_);
    EXPECT_EQ(on_message(message).error(), to_dispatch_error(Error::InvalidSender));
    message = rotated(2, key_);
    message.payload[0] = 9;
    EXPECT_EQ(on_message(message).error(), to_dispatch_error(Error::CannotHandleUnknownMessage));
}

TEST_F(Registry, UpdatesEndpoints)
{
    register_worker(worker_);
    const VersionedWorkerEndpoints endpoints{VersionedWorkerEndpoints::V1{{"http://127.0.0.1:8000"}}};
    const auto update = [&](std::uint64_t signing_time, const crypto::sr25519::KeyPair& key) {
        update_worker_endpoint call{{key.public_key(), endpoints, signing_time}, {}};
        call.signature = to_bytes(key.sign(call.endpoint_payload.signing_bytes(), filled(5)));
        return call;
    };
    const Origin bob{Signed{bob_}};
    EXPECT_TRUE(fails(Error::InvalidEndpointSigningTime, update(kFirstTime, worker_), bob)); // not before now
    EXPECT_TRUE(fails(Error::InvalidEndpointSigningTime, update(kFirstTime - kEndpointValidity - 1, worker_), bob));
    EXPECT_TRUE(fails(Error::WorkerNotFound, update(kFirstTime - 1, other_worker_), bob));
    auto call = update(kFirstTime - 1, worker_);
    call.signature.pop_back();
    EXPECT_TRUE(fails(Error::InvalidSignatureLength, call, bob));
    call = update(kFirstTime - 1, worker_);
    call.endpoint_payload.signing_time -= 1;
    EXPECT_TRUE(fails(Error::InvalidSignature, call, bob));
    call = update(kFirstTime - 1, worker_);
    call.endpoint_payload.versioned_endpoints = {VersionedWorkerEndpoints::V1{{std::string(2048, 'x')}}};
    EXPECT_TRUE(fails(Error::InvalidInput, call, bob));
    EXPECT_TRUE(fails(dispatch_error::BadOrigin{}, update(kFirstTime - 1, worker_), {Root{}}));

    ASSERT_TRUE(by(bob_, update(kFirstTime - kEndpointValidity, worker_)));
    ASSERT_TRUE(by(bob_, update(kFirstTime - 1, worker_)));
    EXPECT_EQ(Endpoints::get(key_), endpoints);
    // what was signed earlier cannot come back
    EXPECT_TRUE(fails(Error::InvalidEndpointSigningTime, update(kFirstTime - 1, worker_), bob));
    EXPECT_TRUE(fails(Error::InvalidEndpointSigningTime, update(kFirstTime - 2, worker_), bob));
}

TEST_F(Registry, SetsVersions)
{
    EXPECT_TRUE(fails(dispatch_error::BadOrigin{}, set_minimum_pruntime_version{1, 2, 3}, {Signed{alice_}}));
    EXPECT_TRUE(fails(dispatch_error::BadOrigin{}, set_pruntime_consensus_version{4}, {Signed{alice_}}));
    ASSERT_TRUE(by_root(set_minimum_pruntime_version{1, 2, 3}));
    ASSERT_TRUE(by_root(set_pruntime_consensus_version{4}));
    EXPECT_EQ(MinimumPRuntimeVersion::get(), (std::tuple{1U, 2U, 3U}));
    EXPECT_EQ(PRuntimeConsensusVersion::get(), 4U);
    EXPECT_EQ(events(), (std::vector{event(MinimumPRuntimeVersionChangedTo{1, 2, 3}),
                                     event(PRuntimeConsensusVersionChangedTo{4})}));
    EXPECT_EQ(outbound(), std::vector{from_pallet("PhalaRegistry", ConsensusVersion{4})});
}

TEST_F(Registry, ScoresABenchmark)
{
    register_worker(worker_);
    const auto report = [&](std::uint64_t start, std::uint64_t iterations) {
        return on_message(
            message_of(MessageOrigin::worker(key_), RegistryEvent{RegistryEvent::BenchReport{start, iterations}}));
    };
    for (int blocks = 0; blocks < 8; ++blocks)
        next_block();
    const std::uint64_t now = timestamp::Now::get();
    ASSERT_TRUE(report(now - 8000, 8 * 300 + 7));
    EXPECT_EQ(Workers::get(key_)->initial_score, 1800U);
    EXPECT_EQ(Workers::get(key_)->last_updated, now / 1000);
    EXPECT_EQ(events(), std::vector{event(InitialScoreSet{key_, 1800})});
    EXPECT_EQ(outbound(), std::vector{told(key_, WorkerEvent::BenchScore{1800})});
    ASSERT_TRUE(report(now - 1000, ~std::uint64_t{0}));
    EXPECT_EQ(Workers::get(key_)->initial_score, kMaxScore);
}

TEST_F(Registry, F15ABenchmarkWithoutTimeIsRefused)
{
    register_worker(worker_);
    next_block();
    const std::uint64_t now = timestamp::Now::get();
    for (const std::uint64_t start : {now - 999, now, now + 1, ~std::uint64_t{0}})
        EXPECT_EQ(
            on_message(message_of(MessageOrigin::worker(key_), RegistryEvent{RegistryEvent::BenchReport{start, 1000}}))
                .error(),
            to_dispatch_error(Error::InvalidBenchReport))
            << start;
    EXPECT_EQ(Workers::get(key_)->initial_score, std::nullopt);
}

TEST_F(Registry, F14AnUnregisteredWorkerIsNotHeard)
{
    const Message report =
        message_of(MessageOrigin::worker(key_), RegistryEvent{RegistryEvent::BenchReport{kFirstTime - 9000, 1}});
    EXPECT_TRUE(fails(Error::WorkerNotFound, phala_mq::sync_offchain_message{signed_message(worker_, report, 0)},
                      {Signed{alice_}}));
    EXPECT_TRUE(outbound().empty());
}

TEST_F(Registry, F18AnOlderEndpointCannotReplaceANewerOne)
{
    register_worker(worker_);
    const std::uint64_t now = timestamp::Now::get();
    const auto endpoint = [&](std::uint64_t signed_at, const std::string& url) {
        WorkerEndpointPayload payload{key_, {VersionedWorkerEndpoints::V1{{url}}}, signed_at};
        const auto signature = worker_.sign(payload.signing_bytes(), filled(7));
        return update_worker_endpoint{std::move(payload), to_bytes(signature)};
    };
    ASSERT_TRUE(by(alice_, endpoint(now - 1000, "http://new")));
    EXPECT_TRUE(fails(Error::InvalidEndpointSigningTime, endpoint(now - 2000, "http://old"), {Signed{bob_}}));
}

TEST_F(Registry, F20AWorkerThatRegistersAgainHasItsKeyForAgreement)
{
    register_worker(worker_);
    Workers::mutate(key_, [&](auto& worker) { worker->ecdh_pubkey = other_; });
    register_worker(worker_);
    EXPECT_EQ(Workers::get(key_)->ecdh_pubkey, key_);
}

TEST_F(Registry, F05ARegistrationExpires) // trust-and-keys T-08
{
    launch_gatekeeper();
    register_worker(other_worker_);
    const std::uint64_t until = timestamp::Now::get() + kRegistrationValidity;
    EXPECT_EQ(WorkerValidUntil::get(other_), until);
    timestamp::Now::put(until - 1);
    EXPECT_TRUE(counting_worker(other_));
    timestamp::Now::put(until);
    EXPECT_FALSE(counting_worker(other_));
    EXPECT_FALSE(counting_worker(PublicKey{bob_.bytes})) << "who never registered";

    timestamp::Now::put(kFirstTime + 31ULL * 24 * 3600 * 1000);
    EXPECT_TRUE(Workers::contains(other_)) << "clients still see it";
    EXPECT_TRUE(fails(Error::WorkerNotFound, register_gatekeeper{other_}, {Root{}}));
    // a rotation gives the new key to those that count, and does not begin where there is none
    EXPECT_TRUE(fails(Error::WorkerNotFound, rotate_master_key{}, {Root{}}));
    register_worker(other_worker_);
    EXPECT_EQ(WorkerValidUntil::get(other_), timestamp::Now::get() + kRegistrationValidity);
    ASSERT_TRUE(by_root(register_gatekeeper{other_}));
    ASSERT_TRUE(by_root(rotate_master_key{}));
    EXPECT_EQ(outbound().back(), pushed(GatekeeperLaunch{GatekeeperLaunch::RotateMasterKey{1, {{other_, other_}}}}));
    ASSERT_TRUE(by_root(force_register_worker{key_, key_, bob_}));
    EXPECT_TRUE(counting_worker(key_)) << "root's word counts as long";
}

TEST_F(Registry, F05AWorkerOfARemovedProgramIsGivenNoKey) // trust-and-keys T-07
{
    const Bytes measurement(68, 0x11);
    ASSERT_TRUE(by_root(add_pruntime{measurement}));
    EXPECT_EQ(MeasurementStatus::get(measurement),
              (ProgramStatus{ProgramStatus::Pending{system::block_number() + config::kActivationDelay}}));
    launch_gatekeeper();
    register_worker(other_worker_);
    WorkerMeasurement::insert(other_, measurement); // as attestation finds it
    EXPECT_FALSE(counting_worker(other_)) << "not active yet";
    system::Number::put(system::block_number() + config::kActivationDelay);
    EXPECT_TRUE(counting_worker(other_));
    ASSERT_TRUE(by_root(remove_pruntime{measurement}));
    EXPECT_EQ(MeasurementStatus::get(measurement), (ProgramStatus{ProgramStatus::Revoked{}}));
    EXPECT_FALSE(counting_worker(other_));
    EXPECT_TRUE(fails(Error::WorkerNotFound, register_gatekeeper{other_}, {Root{}}));
    EXPECT_TRUE(counting_worker(key_)) << "others are not concerned";
    MeasurementStatus::insert(measurement, {ProgramStatus::Deprecated{system::block_number() + 1}});
    EXPECT_TRUE(counting_worker(other_));
    MeasurementStatus::insert(measurement, {ProgramStatus::Deprecated{system::block_number()}});
    EXPECT_FALSE(counting_worker(other_));
    MeasurementStatus::insert(measurement, {ProgramStatus::Active{}});
    EXPECT_TRUE(counting_worker(other_));
}

TEST_F(Registry, RemembersWhenAWorkerCameAndWhatItSpeaks)
{
    register_worker(worker_);
    const BlockNumber first = system::block_number();
    next_block();
    register_worker(worker_);
    EXPECT_EQ(WorkerAddedAt::get(key_), first);
    EXPECT_EQ(MaxKnownPRuntimeConsensusVersion::get(), (KnownConsensusVersion{0, 2}));
    auto info = registration(other_);
    info.max_consensus_version = 3;
    ASSERT_TRUE(by(bob_, register_worker_v2{info, std::nullopt}));
    EXPECT_EQ(MaxKnownPRuntimeConsensusVersion::get(), (KnownConsensusVersion{3, 1}));
    register_worker(worker_);
    EXPECT_EQ(MaxKnownPRuntimeConsensusVersion::get(), (KnownConsensusVersion{3, 1}));
}

TEST_F(Registry, KeepsWhatGovernanceAllows)
{
    const Bytes measurement(68, 0x11);
    const H256 relay{filled(0x22)};
    EXPECT_TRUE(fails(dispatch_error::BadOrigin{}, add_pruntime{measurement}, {Signed{alice_}}));
    EXPECT_TRUE(fails(Error::PRuntimeNotFound, remove_pruntime{measurement}, {Root{}}));
    ASSERT_TRUE(by_root(add_pruntime{measurement}));
    EXPECT_TRUE(fails(Error::PRuntimeAlreadyExists, add_pruntime{measurement}, {Root{}}));
    EXPECT_TRUE(fails(Error::InvalidInput, add_pruntime{Bytes(kMaxGovernanceBytes + 1)}, {Root{}}));
    EXPECT_EQ(PRuntimeAllowList::get(), std::vector<Bytes>{measurement});
    EXPECT_EQ(PRuntimeAddedAt::get(measurement), system::block_number());
    ASSERT_TRUE(by_root(remove_pruntime{measurement}));
    EXPECT_TRUE(PRuntimeAllowList::get().empty() && !PRuntimeAddedAt::contains(measurement));

    EXPECT_TRUE(fails(Error::GenesisBlockHashNotFound, remove_relaychain_genesis_block_hash{relay}, {Root{}}));
    ASSERT_TRUE(by_root(add_relaychain_genesis_block_hash{relay}));
    EXPECT_TRUE(fails(Error::GenesisBlockHashAlreadyExists, add_relaychain_genesis_block_hash{relay}, {Root{}}));
    ASSERT_TRUE(by_root(remove_relaychain_genesis_block_hash{relay}));
    EXPECT_TRUE(RelaychainGenesisBlockHashAllowList::get().empty());

    ASSERT_TRUE(by_root(force_set_benchmark_duration{50}));
    EXPECT_EQ(BenchmarkDuration::get(), 50U);
    ASSERT_TRUE(by_root(force_register_topic_pubkey{{1}, {2, 3}}));
    EXPECT_EQ(TopicKey::get({1}), (Bytes{2, 3}));
    ASSERT_TRUE(by_root(set_trusted_ntp_servers{{"time.example"}}));
    EXPECT_EQ(TrustedNtpServers::get(), std::vector<std::string>{"time.example"});
    EXPECT_TRUE(
        fails(Error::InvalidInput, set_trusted_ntp_servers{std::vector<std::string>(kMaxTimeServers + 1)}, {Root{}}));
    EXPECT_TRUE(fails(Error::UnsupportedAttestationType, phala_registry::register_worker{{}, {}}, {Signed{alice_}}));
}

TEST_F(Registry, HasItsLiteralNames)
{
    std::string names;
    for (const auto& error : reflect::enumerators<Error>)
        names.append(error.name).append(" ");
    EXPECT_EQ(
        names,
        "CannotHandleUnknownMessage InvalidSender InvalidPubKey MalformedSignature InvalidSignatureLength InvalidSignature "
        "UnknownContract InvalidIASSigningCert InvalidReport InvalidQuoteStatus BadIASReport OutdatedIASReport UnknownQuoteBodyFormat "
        "InvalidDCAPQuote InvalidRuntimeInfoHash InvalidRuntimeInfo InvalidInput InvalidBenchReport WorkerNotFound "
        "NoneAttestationDisabled InvalidGatekeeper InvalidMasterPubkey MasterKeyMismatch MasterKeyUninitialized "
        "GenesisBlockHashRejected GenesisBlockHashAlreadyExists GenesisBlockHashNotFound PRuntimeRejected PRuntimeAlreadyExists "
        "PRuntimeNotFound UnknownCluster NotImplemented CannotRemoveLastGatekeeper MasterKeyInRotation InvalidRotatedMasterPubkey "
        "InvalidEndpointSigningTime NotMigrationRoot ParachainIdMismatch InvalidConsensusVersion UnsupportedAttestationType ");
    std::string calls;
    Pallet::Call::for_each([&]<std::uint8_t Index, class Call>() {
        calls.append(std::to_string(Index)).append(" ").append(reflect::type_name<Call>);
        for (const auto field : reflect::field_names<Call>)
            calls.append(" ").append(field);
        calls.append("; ");
    });
    EXPECT_EQ(
        calls,
        "0 force_set_benchmark_duration value; 1 force_register_worker pubkey ecdh_pubkey operator; "
        "2 force_register_topic_pubkey topic pubkey; 3 register_gatekeeper gatekeeper; 4 unregister_gatekeeper gatekeeper; "
        "5 rotate_master_key; 6 register_worker pruntime_info attestation; 7 register_worker_v2 pruntime_info attestation; "
        "8 update_worker_endpoint endpoint_payload signature; 9 add_pruntime pruntime_hash; 10 remove_pruntime pruntime_hash; "
        "11 add_relaychain_genesis_block_hash genesis_block_hash; 12 remove_relaychain_genesis_block_hash "
        "genesis_block_hash; 13 set_minimum_pruntime_version major minor patch; 14 set_pruntime_consensus_version version; "
        "15 set_trusted_ntp_servers servers; ");
    EXPECT_EQ(pallet_index("PhalaRegistry"), 86);
}

} // namespace
} // namespace phala::runtime
