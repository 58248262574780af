#include "worker/core/anchor.hpp"

#include "crypto/hash.hpp"
#include "trie/proof.hpp"
#include "worker/core/chain_keys.hpp"

namespace phala::worker {

std::vector<Bytes> AnchorWants::keys() const
{
    std::vector<Bytes> out{log_seal_key()};
    for (const auto& lane : lanes)
        out.push_back(lane_head_key(lane));
    for (const auto& origin : origins)
        out.push_back(ingress_key(origin));
    if (joining) {
        out.push_back(cluster_key_key(*joining));
        for (const auto& kind : lanes_of_cluster(*joining))
            out.push_back(lane_head_key(lane_id(kind)));
    }
    for (const auto& [worker, measurement] : registrations) {
        out.push_back(worker_valid_until_key(worker));
        out.push_back(worker_measurement_key(worker));
        if (measurement)
            out.push_back(program_status_key(*measurement));
    }
    return out;
}

std::vector<LaneKind> lanes_of_cluster(const H256& cluster)
{
    return {{LaneKind::Cluster{cluster}}, {LaneKind::Unrouted{}}, {LaneKind::Clock{}}};
}

namespace {

/// The decoded value of a key under a state root, or nothing where the proof shows that there is none.
template <class T>
Outcome<std::optional<T>> read(const trie::NodeReader& proof, const H256& root, ByteView key, std::string_view what)
{
    auto bytes = trie::get(proof, root.bytes, key);
    if (!bytes)
        return fail(std::move(bytes), what);
    if (!*bytes)
        return std::optional<T>{};
    auto value = scale::decode<T>(**bytes);
    if (!value)
        return fail(std::move(value), what);
    return std::optional<T>{std::move(*value)};
}

} // namespace

Outcome<Anchor> verify_anchor(const H256& hash, ByteView header_bytes, std::span<const Bytes> proof,
                              const AnchorWants& wants)
{
    if (crypto::blake2_256(header_bytes) != hash.bytes)
        return fail(CoreError::BadHeader, "it is not the one of that hash");
    auto header = scale::decode<Header>(header_bytes);
    if (!header)
        return fail(CoreError::BadHeader, header.error().message());
    const trie::ProofReader nodes{proof};
    const H256& root = header->state_root;

    Anchor anchor;
    anchor.number = header->number;
    anchor.hash = hash;
    PHALA_TRY(auto seal, read<LogSeal>(nodes, root, log_seal_key(), "LogSeal"));
    if (!seal)
        return fail(CoreError::MissingSeal);
    if (seal->block != anchor.number)
        return fail(CoreError::WrongSeal,
                    "block " + std::to_string(anchor.number) + ", seal of " + std::to_string(seal->block));
    anchor.seal = *seal;
    for (const auto& lane : wants.lanes) {
        PHALA_TRY(auto head, read<LaneHead>(nodes, root, lane_head_key(lane), "LaneHeads"));
        anchor.heads.emplace(lane, head.value_or(LaneHead{}));
    }
    for (const auto& origin : wants.origins) {
        PHALA_TRY(auto next, read<std::uint64_t>(nodes, root, ingress_key(origin), "OffchainIngress"));
        anchor.acknowledged.emplace(scale::encode(origin), next.value_or(0));
    }
    for (const auto& [worker, measurement] : wants.registrations) {
        Registration registration;
        PHALA_TRY(const auto until,
                  read<std::uint64_t>(nodes, root, worker_valid_until_key(worker), "WorkerValidUntil"));
        registration.valid_until = until.value_or(0);
        PHALA_TRY(registration.measurement,
                  read<Bytes>(nodes, root, worker_measurement_key(worker), "WorkerMeasurement"));
        registration.complete = !registration.measurement || registration.measurement == measurement;
        if (registration.measurement && registration.complete) {
            PHALA_TRY(registration.program,
                      read<ProgramStatus>(nodes, root, program_status_key(*measurement), "MeasurementStatus"));
        }
        anchor.registrations.emplace(worker, std::move(registration));
    }
    if (wants.joining) {
        auto& joining = anchor.joining.emplace(Anchor::Joining{*wants.joining, {}, {}});
        PHALA_TRY(joining.key, read<PublicKey>(nodes, root, cluster_key_key(*wants.joining), "ClusterKeys"));
        for (const auto& kind : lanes_of_cluster(*wants.joining)) {
            const LaneId lane = lane_id(kind);
            PHALA_TRY(auto head, read<LaneHead>(nodes, root, lane_head_key(lane), "LaneHeads"));
            joining.heads.emplace(lane, head.value_or(LaneHead{}));
        }
    }
    return anchor;
}

} // namespace phala::worker
