#include "node/pool/pool.hpp"

#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "node/pool/graph.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>

namespace phala::node {

std::string_view describe(PoolError error)
{
    switch (error) {
    case PoolError::Invalid: return "Invalid Transaction";
    case PoolError::Unknown: return "Unknown Transaction Validity";
    case PoolError::Failed: return "Verification Error";
    case PoolError::Banned: return "Transaction is temporarily banned";
    case PoolError::AlreadyImported: return "Transaction Already Imported";
    case PoolError::TooLowPriority: return "Priority is too low";
    case PoolError::Cycle: return "Cycle Detected";
    case PoolError::Dropped: return "Immediately Dropped";
    case PoolError::NoTags: return "Transaction does not provide any tags, so the pool cannot identify it";
    }
    return "unknown pool error";
}

namespace {

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};

std::string describe(const InvalidTransaction& invalid)
{
    return invalid.reason.visit(Overloaded{
        [](const invalid::Call&) -> std::string { return "Transaction call is not expected"; },
        [](const invalid::Payment&) -> std::string {
            return "Inability to pay some fees (e.g. account balance too low)";
        },
        [](const invalid::Future&) -> std::string { return "Transaction will be valid in the future"; },
        [](const invalid::Stale&) -> std::string { return "Transaction is outdated"; },
        [](const invalid::BadProof&) -> std::string { return "Transaction has a bad signature"; },
        [](const invalid::AncientBirthBlock&) -> std::string { return "Transaction has an ancient birth block"; },
        [](const invalid::ExhaustsResources&) -> std::string { return "Transaction would exhaust the block limits"; },
        [](const invalid::Custom& custom) -> std::string { return "Custom error: " + std::to_string(custom._0); },
        [](const invalid::BadMandatory&) -> std::string {
            return "A call was labelled as mandatory, but resulted in an Error.";
        },
        [](const invalid::MandatoryValidation&) -> std::string {
            return "Transaction dispatch is mandatory; transactions must not be validated.";
        },
        [](const invalid::BadSigner&) -> std::string { return "Invalid signing address"; },
        [](const invalid::IndeterminateImplicit&) -> std::string {
            return "The implicit data was unable to be calculated";
        },
        [](const invalid::UnknownOrigin&) -> std::string {
            return "The transaction extension did not authorize any origin";
        },
    });
}

std::string describe(const UnknownTransaction& unknown)
{
    return unknown.reason.visit(Overloaded{
        [](const unknown::CannotLookup&) -> std::string {
            return "Could not lookup information required to validate the transaction";
        },
        [](const unknown::NoUnsignedValidator&) -> std::string {
            return "Could not find an unsigned validator for the unsigned transaction";
        },
        [](const unknown::Custom& custom) -> std::string { return "Custom error: " + std::to_string(custom._0); },
    });
}

} // namespace

std::string describe(const TransactionValidityError& error)
{
    return error.why.visit([](const auto& which) { return describe(which._0); });
}

H256 Pool::hash_of(ByteView extrinsic)
{
    return {crypto::blake2_256(scale::encode(std::span<const std::uint8_t>{extrinsic}))};
}

struct Pool::Impl {
    TransactionValidator& validator;
    PoolLimits limits;
    Clock clock;
    Sink sink;

    mutable std::mutex mutex; // guards all below
    H256 best;
    BlockNumber number;
    Graph graph{limits, sink};
    std::uint64_t arrivals = 0;
    std::unordered_map<H256, std::chrono::steady_clock::time_point, HashOfHash> bans; // until then
    struct Included {
        BlockNumber number;
        std::vector<H256> transactions;
    };
    std::unordered_map<H256, Included, HashOfHash> included;   // by block, until it is final
    std::unordered_map<H256, BlockNumber, HashOfHash> checked; // when each transaction was last validated

    // counted outside of the lock too
    std::atomic<std::uint64_t> submitted{0};
    std::atomic<std::uint64_t> validations_scheduled{0};
    std::atomic<std::uint64_t> validations_finished{0};
    std::atomic<std::uint64_t> validations_invalid{0};
    std::atomic<std::uint64_t> pruned{0};
    std::atomic<std::uint64_t> resubmitted{0};

    void ban(const H256& hash)
    {
        const auto now = clock();
        if (bans.size() >= limits.max_bans)
            std::erase_if(bans, [&](const auto& entry) { return entry.second <= now; });
        if (bans.size() >= limits.max_bans)
            bans.erase(bans.begin());
        bans[hash] = now + limits.ban;
    }

    bool banned(const H256& hash)
    {
        auto at = bans.find(hash);
        if (at == bans.end())
            return false;
        if (at->second > clock())
            return true;
        bans.erase(at);
        return false;
    }

    std::shared_ptr<const PoolTransaction> transaction(const H256& hash, Bytes extrinsic, TransactionSource source,
                                                       ValidTransaction validity, BlockNumber at, std::uint64_t arrival)
    {
        constexpr std::uint64_t kLast = std::numeric_limits<BlockNumber>::max();
        const auto last = static_cast<BlockNumber>(std::min(kLast, at + std::min(validity.longevity, kLast)));
        return std::make_shared<PoolTransaction>(
            PoolTransaction{hash, std::move(extrinsic), source, std::move(validity), arrival, last});
    }

    Outcome<ValidTransaction> validate(TransactionSource source, ByteView extrinsic, const H256& at)
    {
        ++validations_scheduled;
        auto answer = validator.validate(source, extrinsic, at);
        ++validations_finished;
        if (!answer)
            return fail(PoolError::Failed, answer.error().message());
        if (!*answer) {
            const bool invalid = answer->error().why.is<validity::Invalid>();
            return fail(invalid ? PoolError::Invalid : PoolError::Unknown, describe(answer->error()));
        }
        if ((*answer)->provides.empty())
            return fail(PoolError::NoTags);
        return std::move(**answer);
    }

    void include(const PoolBlock& block);
    void revalidate();
    void drop_expired();
};

Pool::Pool(TransactionValidator& validator, const H256& best, BlockNumber number, Sink sink, PoolLimits limits,
           Clock clock)
    : impl_{new Impl{validator, limits, std::move(clock), std::move(sink), {}, best, number}}
{
}

Pool::~Pool() = default;

Outcome<H256> Pool::submit(TransactionSource source, Bytes extrinsic)
{
    const H256 hash = hash_of(extrinsic);
    ++impl_->submitted;
    constexpr int kAttempts = 4; // a block may arrive while the runtime is being asked
    for (int attempt = 1;; ++attempt) {
        H256 at;
        BlockNumber number = 0;
        {
            const std::lock_guard lock{impl_->mutex};
            if (impl_->graph.contains(hash))
                return fail(PoolError::AlreadyImported, to_hex0x(hash));
            if (impl_->banned(hash))
                return fail(PoolError::Banned);
            at = impl_->best;
            number = impl_->number;
        }
        auto validity = impl_->validate(source, extrinsic, at);

        const std::lock_guard lock{impl_->mutex};
        if (impl_->best != at && attempt < kAttempts && (!validity || impl_->graph.provided_lately(validity->provides)))
            continue;
        if (!validity) {
            // what is future or cannot pay today may be good tomorrow; what is badly signed never is
            if (validity.error().is(PoolError::Invalid)
                && validity.error().detail() == describe(InvalidTransaction{invalid::BadProof{}}))
                impl_->ban(hash);
            return fail(std::move(validity));
        }
        if (impl_->graph.contains(hash))
            return fail(PoolError::AlreadyImported, to_hex0x(hash));
        PHALA_CHECK(impl_->graph.insert(
            impl_->transaction(hash, std::move(extrinsic), source, std::move(*validity), number, ++impl_->arrivals)));
        impl_->checked[hash] = number;
        return hash;
    }
}

std::vector<std::shared_ptr<const PoolTransaction>> Pool::ready() const
{
    const std::lock_guard lock{impl_->mutex};
    return impl_->graph.ready();
}

Pool::Size Pool::size() const
{
    const std::lock_guard lock{impl_->mutex};
    return impl_->graph.size();
}

Pool::Counters Pool::counters() const
{
    return {impl_->submitted,
            impl_->validations_scheduled,
            impl_->validations_finished,
            impl_->validations_invalid,
            impl_->pruned,
            impl_->resubmitted};
}

void Pool::Impl::include(const PoolBlock& block)
{
    std::vector<H256> hashes;
    for (const auto& extrinsic : block.extrinsics)
        hashes.push_back(hash_of(extrinsic));

    // tags of strangers (a block from elsewhere, inherents) have to be asked for, if anybody could care about them
    std::unordered_map<H256, std::vector<TransactionTag>, HashOfHash> strangers;
    std::vector<std::size_t> to_ask;
    {
        const std::lock_guard lock{mutex};
        for (std::size_t i = 0; !graph.empty() && i < hashes.size(); ++i)
            if (!graph.contains(hashes[i]))
                to_ask.push_back(i);
    }
    for (auto i : to_ask)
        if (auto validity = validate(TransactionSource::InBlock, block.extrinsics[i], block.parent))
            strangers.emplace(hashes[i], std::move(validity->provides));

    const std::lock_guard lock{mutex};
    Included here{block.number, {}};
    for (const auto& hash : hashes) {
        if (auto ours = graph.find(hash)) {
            here.transactions.push_back(hash);
            ++pruned;
            graph.include(hash, ours->validity.provides, block.hash, block.number);
            checked.erase(hash);
        } else if (auto stranger = strangers.find(hash); stranger != strangers.end()) {
            graph.include(hash, stranger->second, block.hash, block.number);
        }
        ban(hash);
    }
    if (!here.transactions.empty())
        included.emplace(block.hash, std::move(here));
}

void Pool::Impl::drop_expired()
{
    const std::lock_guard lock{mutex};
    for (const auto& transaction : graph.all())
        if (transaction->valid_till < number + 1) {
            graph.remove(transaction->hash, TransactionStatus::Invalid, {}, Graph::Dependents::Wait);
            checked.erase(transaction->hash);
        }
    for (auto at = included.begin(); at != included.end();) {
        if (at->second.number + limits.finality_timeout > number) {
            ++at;
            continue;
        }
        for (const auto& hash : at->second.transactions)
            sink({hash, TransactionStatus::FinalityTimeout, at->first});
        at = included.erase(at);
    }
}

void Pool::Impl::revalidate()
{
    std::vector<std::shared_ptr<const PoolTransaction>> batch;
    H256 at;
    BlockNumber at_number = 0;
    {
        const std::lock_guard lock{mutex};
        batch = graph.all();
        at = best;
        at_number = number;
        std::erase_if(checked, [&](const auto& entry) { return !graph.contains(entry.first); });
        const auto sooner = [&](const auto& a, const auto& b) {
            const auto left = checked[a->hash];
            const auto right = checked[b->hash];
            return left != right ? left < right : a->arrival < b->arrival;
        };
        if (batch.size() > limits.revalidated_per_block) {
            std::ranges::nth_element(batch, batch.begin() + static_cast<std::ptrdiff_t>(limits.revalidated_per_block),
                                     sooner);
            batch.resize(limits.revalidated_per_block);
        }
    }
    for (const auto& transaction_before : batch) {
        auto validity = validate(transaction_before->source, transaction_before->extrinsic, at);
        const std::lock_guard lock{mutex};
        const auto& hash = transaction_before->hash;
        if (graph.find(hash) != transaction_before) // it left or changed meanwhile
            continue;
        checked[hash] = at_number;
        if (validity) {
            graph.update(transaction(hash, transaction_before->extrinsic, transaction_before->source,
                                     std::move(*validity), at_number, transaction_before->arrival));
        } else if (!validity.error().is(PoolError::Failed)) {
            ++validations_invalid;
            graph.remove(hash, TransactionStatus::Invalid, {}, Graph::Dependents::Wait);
            ban(hash);
        }
    }
}

void Pool::on_best_block(const std::vector<PoolBlock>& retracted, const std::vector<PoolBlock>& enacted)
{
    {
        const std::lock_guard lock{impl_->mutex};
        if (!enacted.empty()) {
            impl_->best = enacted.back().hash;
            impl_->number = enacted.back().number;
        }
        impl_->graph.forget_tags(impl_->number);
        for (const auto& block : retracted) {
            if (auto at = impl_->included.find(block.hash); at != impl_->included.end()) {
                for (const auto& hash : at->second.transactions)
                    impl_->sink({hash, TransactionStatus::Retracted, block.hash});
                impl_->included.erase(at);
            }
            for (const auto& extrinsic : block.extrinsics)
                impl_->bans.erase(hash_of(extrinsic));
        }
    }
    for (const auto& block : enacted)
        impl_->include(block);
    for (auto block = retracted.rbegin(); block != retracted.rend(); ++block)
        for (const auto& extrinsic : block->extrinsics) {
            ++impl_->resubmitted;
            (void)submit(TransactionSource::External,
                         extrinsic); // inherents and what was included again are refused: right so
        }
    impl_->drop_expired();
    impl_->revalidate();
}

void Pool::on_finalized(const H256& block)
{
    const std::lock_guard lock{impl_->mutex};
    auto at = impl_->included.find(block);
    if (at == impl_->included.end())
        return;
    for (const auto& hash : at->second.transactions)
        impl_->sink({hash, TransactionStatus::Finalized, block});
    impl_->included.erase(at);
}

std::vector<H256> Pool::remove(const std::vector<H256>& hashes)
{
    std::vector<H256> there;
    {
        const std::lock_guard lock{impl_->mutex};
        for (const auto& hash : hashes)
            if (impl_->graph.contains(hash))
                there.push_back(hash);
    }
    remove_invalid(there);
    return there;
}

void Pool::remove_invalid(const std::vector<H256>& hashes)
{
    const std::lock_guard lock{impl_->mutex};
    for (const auto& hash : hashes) {
        ++impl_->validations_invalid;
        impl_->graph.remove(hash, TransactionStatus::Invalid, {}, Graph::Dependents::Wait);
        impl_->checked.erase(hash);
        impl_->ban(hash);
    }
}

} // namespace phala::node
