// Random operations on a few accounts, each foretold by a model that knows the rules and nothing of the code: whether it
// succeeds, what every account holds afterwards, and that all balances together are what was issued.
#include "runtime/testing/chain.hpp"

#include <gtest/gtest.h>

#include <random>

namespace phala::runtime {
namespace {

using namespace testing;
using namespace balances;

constexpr Balance kMinimum = config::kExistentialDeposit;

ByteArray<8> id_of(std::size_t number)
{
    return {'m', 'o', 'd', 'e', 'l', static_cast<std::uint8_t>('0' + number)};
}

struct Holding {
    Balance free = 0;
    Balance reserved = 0;
    std::map<std::size_t, Balance> locks;
    std::map<std::size_t, Balance> named;

    [[nodiscard]] Balance frozen() const
    {
        Balance most = 0;
        for (const auto& [id, amount] : locks)
            most = std::max(most, amount);
        return most;
    }
    [[nodiscard]] bool exists() const { return free >= kMinimum; }
    /// Something depends on the account, so it may not die.
    [[nodiscard]] bool is_needed() const { return reserved != 0 || frozen() != 0; }
    /// What may leave, if the rest keeps the account as it has to be kept.
    [[nodiscard]] bool can_lose(Balance amount, bool keep_alive) const
    {
        if (amount == 0)
            return true;
        const Balance stays = frozen() > reserved ? frozen() - reserved : 0;
        return amount <= free && free - amount >= stays && (free - amount >= kMinimum || (!keep_alive && !is_needed()));
    }
};

class Model {
public:
    static constexpr std::size_t kAccounts = 5;
    std::array<Holding, kAccounts> held{};
    Balance issued = 0;

    void lose(Holding& from, Balance amount)
    {
        from.free -= amount;
        if (from.free < kMinimum)
            issued -= std::exchange(from.free, 0);
    }
    bool transfer(std::size_t from, std::size_t to, Balance amount, bool keep_alive)
    {
        if (!held[from].can_lose(amount, keep_alive) || (amount != 0 && held[to].free + amount < kMinimum))
            return false;
        if (from == to)
            return true;
        lose(held[from], amount);
        held[to].free += amount;
        return true;
    }
    bool burn(std::size_t who, Balance amount, bool keep_alive)
    {
        if (!held[who].can_lose(amount, keep_alive))
            return false;
        issued -= amount;
        lose(held[who], amount);
        return true;
    }
    bool set_balance(std::size_t who, Balance amount)
    {
        const Balance target = amount < kMinimum ? 0 : amount;
        if (target == 0 && held[who].is_needed())
            return false;
        issued = issued - held[who].free + target;
        held[who].free = target;
        return true;
    }
    bool reserve(std::size_t who, Balance amount)
    {
        Holding& account = held[who];
        if (amount == 0)
            return true;
        if (amount > account.free || account.free - amount < std::max(account.frozen(), kMinimum))
            return false;
        account.free -= amount;
        account.reserved += amount;
        return true;
    }
    Balance unreserve(std::size_t who, Balance amount)
    {
        const Balance moved = std::min(amount, held[who].reserved);
        held[who].reserved -= moved;
        held[who].free += moved;
        return amount - moved;
    }
    Balance slash(std::size_t who, Balance amount)
    {
        const Balance taken = std::min(amount, held[who].reserved);
        held[who].reserved -= taken;
        issued -= taken;
        return taken;
    }
    std::optional<Balance> repatriate(std::size_t from, std::size_t to, Balance amount, bool free)
    {
        if (amount == 0)
            return Balance{0};
        if (from == to && free)
            return unreserve(from, amount);
        const Balance moved = std::min(amount, held[from].reserved);
        if (from == to)
            return amount - moved;
        if (!held[to].exists())
            return std::nullopt;
        held[from].reserved -= moved;
        (free ? held[to].free : held[to].reserved) += moved;
        return amount - moved;
    }
    bool reserve_named(std::size_t id, std::size_t who, Balance amount)
    {
        if (!reserve(who, amount))
            return false;
        if (amount != 0)
            held[who].named[id] += amount;
        return true;
    }
    /// Of what is reserved under a name, what is left to take after `amount`.
    Balance of_name(std::size_t id, std::size_t who, Balance amount)
    {
        auto& named = held[who].named;
        const auto found = named.find(id);
        if (found == named.end())
            return 0;
        const Balance taken = std::min({amount, found->second, held[who].reserved});
        found->second -= taken;
        if (found->second == 0)
            named.erase(found);
        return taken;
    }
    bool lock(std::size_t id, std::size_t who, Balance amount)
    {
        Holding& account = held[who];
        if (amount == 0)
            account.locks.erase(id);
        else if (!account.exists())
            return false;
        else
            account.locks[id] = amount;
        return true;
    }
};

class BalancesModel : public ::testing::Test {
protected:
    BalancesModel()
    {
        chain.begin();
        model.issued = TotalIssuance::get();
        for (std::size_t i = 0; i < people.size(); ++i)
            model.held[i].free = balance_of(people[i]).free;
    }

    std::vector<Person> people = [] {
        std::vector<Person> out;
        for (const auto* name : {"Alice", "Bob", "Charlie", "Dave", "Eve"})
            out.emplace_back(name);
        return out;
    }();
    Chain chain{{{people[0], 100 * kPha}, {people[1], 10 * kPha}, {people[2], kPha}}};
    Model model;
    std::mt19937 random{20'260'724}; // always the same operations

    std::size_t up_to(std::size_t count) { return random() % count; }

    /// Amounts at which rules change, and any others.
    Balance amount(std::size_t who)
    {
        const Holding& account = model.held[who];
        const Balance around[] = {0,
                                  1,
                                  kMinimum - 1,
                                  kMinimum,
                                  kMinimum + 1,
                                  account.free,
                                  account.free - kMinimum,
                                  account.free - kMinimum + 1,
                                  account.reserved,
                                  account.frozen(),
                                  account.free - account.frozen(),
                                  kPha,
                                  3 * kPha};
        const Balance picked = up_to(4) == 0 ? Balance{random()} * 4'000 : around[up_to(std::size(around))];
        return picked > 1'000 * kPha ? kPha : picked; // a difference that went below zero
    }

    static bool call(const Origin& origin, const RuntimeCall& call) { return call.dispatch(origin).has_value(); }
    [[nodiscard]] Origin by(std::size_t who) const { return {Signed{people[who]}}; }

    /// One random operation. True if it did what the model foretold.
    bool step()
    {
        const std::size_t a = up_to(people.size()), b = up_to(people.size()), id = up_to(3);
        const Balance value = amount(a);
        const MultiAddress to = people[b].address();
        switch (up_to(15)) {
        case 0: return call(by(a), transfer_allow_death{to, value}) == model.transfer(a, b, value, false);
        case 1: return call(by(a), transfer_keep_alive{to, value}) == model.transfer(a, b, value, true);
        case 2: {
            const bool keep_alive = up_to(2) == 0;
            const auto preservation = keep_alive ? Preservation::Preserve : Preservation::Expendable;
            const Balance all = reducible(people[a], preservation);
            if (!model.held[a].can_lose(all, keep_alive) || (all != 0 && model.held[a].can_lose(all + 1, keep_alive)))
                return false;
            return call(by(a), transfer_all{to, keep_alive}) == model.transfer(a, b, all, keep_alive);
        }
        case 3:
            return call({Root{}}, force_transfer{people[a].address(), to, value}) == model.transfer(a, b, value, false);
        case 4: return call({Root{}}, force_set_balance{to, value}) == model.set_balance(b, value);
        case 5: {
            const bool keep_alive = up_to(2) == 0;
            return call(by(a), burn{value, keep_alive}) == model.burn(a, value, keep_alive);
        }
        case 6: {
            model.unreserve(a, value);
            return call({Root{}}, force_unreserve{people[a].address(), value});
        }
        case 7: return in_layer([&] { return reserve(people[a], value); }) == model.reserve(a, value);
        case 8: {
            const Balance taken = slash_reserved(people[a], value);
            burn_issuance(taken);
            return taken == model.slash(a, value);
        }
        case 9: {
            const bool free = up_to(2) == 0;
            const auto status = free ? BalanceStatus::Free : BalanceStatus::Reserved;
            const auto left = repatriate_reserved(people[a], people[b], value, status);
            return (left ? std::optional{*left} : std::nullopt) == model.repatriate(a, b, value, free);
        }
        case 10:
            return in_layer([&] { return reserve_named(id_of(id), people[a], value); })
                   == model.reserve_named(id, a, value);
        case 11: {
            const Balance taken = model.of_name(id, a, value);
            model.unreserve(a, taken);
            return unreserve_named(id_of(id), people[a], value) == value - taken;
        }
        case 12: {
            const Balance taken = model.of_name(id, a, value);
            model.slash(a, taken);
            const Balance slashed = slash_reserved_named(id_of(id), people[a], value);
            burn_issuance(slashed);
            return slashed == taken;
        }
        case 13:
            return in_layer([&] { return set_lock(id_of(id), people[a], value, Reasons::All); })
                   == model.lock(id, a, value);
        default: return in_layer([&] { return remove_lock(id_of(id), people[a]); }) == model.lock(id, a, 0);
        }
    }

    /// As a call would run it: what fails leaves nothing.
    template <class Run>
    static bool in_layer(Run&& run)
    {
        io::start_transaction();
        const bool done = run().has_value();
        done ? io::commit_transaction() : io::rollback_transaction();
        return done;
    }

    void expect_as_foretold(int step)
    {
        ASSERT_EQ(TotalIssuance::get(), model.issued) << step;
        ASSERT_EQ(TotalIssuance::get(), sum_of_balances()) << step;
        for (std::size_t i = 0; i < people.size(); ++i) {
            const Holding& expected = model.held[i];
            const system::AccountInfo stored = system::Account::get(people[i]);
            ASSERT_EQ(stored.data.free, expected.free) << step << " account " << i;
            ASSERT_EQ(stored.data.reserved, expected.reserved) << step << " account " << i;
            ASSERT_EQ(stored.data.frozen, expected.frozen()) << step << " account " << i;
            ASSERT_EQ(system::Account::contains(people[i]), expected.exists()) << step << " account " << i;
            ASSERT_EQ(stored.providers, expected.exists() ? 1u : 0u) << step << " account " << i;
            ASSERT_EQ(stored.consumers, expected.is_needed() ? 1u : 0u) << step << " account " << i;
            ASSERT_EQ(Locks::get(people[i]).items.size(), expected.locks.size()) << step << " account " << i;
            for (std::size_t id = 0; id < 3; ++id) {
                const auto named = expected.named.find(id);
                ASSERT_EQ(reserved_named(id_of(id), people[i]), named == expected.named.end() ? 0 : named->second)
                    << step << " account " << i;
            }
            ASSERT_EQ(Reserves::contains(people[i]), !expected.named.empty()) << step << " account " << i;
        }
        ASSERT_EQ(open_layers(), 0u);
    }
};

TEST_F(BalancesModel, ForetellsEveryOperation)
{
    for (int i = 0; i < 4000; ++i) {
        ASSERT_TRUE(step()) << "operation " << i << " did not do what the rules say";
        ASSERT_NO_FATAL_FAILURE(expect_as_foretold(i));
        system::reset_events(); // they would only grow
    }
}

} // namespace
} // namespace phala::runtime
