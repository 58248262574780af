// The cache over the plain map against the plain map alone: whatever a call does, both must tell the same.
#include "runtime/frame/storage_cache.hpp"

#include "runtime/frame/storage_io.hpp"
#include "runtime/testing/map_state.hpp"
#include "scale/codec.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace phala::runtime {
namespace {

using testing::set_state;
using testing::State;
using testing::state;

/// What the cache must look like from outside: a copy of the map for each layer.
class Model {
public:
    explicit Model(State begin) : layers_{std::move(begin)} {}

    [[nodiscard]] State& now() { return layers_.back(); }
    [[nodiscard]] std::size_t depth() const { return layers_.size() - 1; }
    void append(const Bytes& key, std::uint8_t item)
    {
        Bytes& value = now()[key];
        scale::Reader old{value};
        u128 count = 0;
        const bool list = scale::decode_compact(old, count) && count < std::numeric_limits<std::uint32_t>::max();
        value = list ? concat(scale::encode(scale::Compact<u128>{count + 1}), old.rest(), Bytes{item}) : Bytes{4, item};
    }
    void start() { layers_.push_back(layers_.back()); }
    void commit()
    {
        layers_[layers_.size() - 2] = std::move(layers_.back());
        layers_.pop_back();
    }
    void rollback() { layers_.pop_back(); }

private:
    std::vector<State> layers_;
};

Bytes key_of(std::uint32_t number)
{
    return {'k', static_cast<std::uint8_t>(number)};
}

std::optional<Bytes> in(const State& state, const Bytes& key)
{
    const auto found = state.find(key);
    return found == state.end() ? std::nullopt : std::optional{found->second};
}

/// One random program over few keys, so that everything meets everything.
void run(std::uint32_t seed)
{
    SCOPED_TRACE(seed);
    std::mt19937 random{seed};
    const auto below = [&](std::uint32_t end) { return static_cast<std::uint32_t>(random() % end); };
    const State begin{{key_of(0), {1}}, {key_of(1), {8, 1, 2}}, {key_of(2), {}}, {key_of(3), {3, 3}}};
    set_state(begin);
    Model model{begin};
    for (int step = 0; step < 200; ++step) {
        const Bytes key = key_of(below(6));
        switch (below(12)) {
        case 0:
        case 1: {
            const auto value = Bytes(below(4), static_cast<std::uint8_t>(below(256)));
            io::set(key, ByteView{value});
            model.now()[key] = value;
            break;
        }
        case 2:
            io::clear(key);
            model.now().erase(key);
            break;
        case 3:
        case 4:
        case 5: {
            const auto item = static_cast<std::uint8_t>(below(256));
            io::append(key, Bytes{item});
            model.append(key, item);
            break;
        }
        case 6:
            if (model.depth() < 4) {
                io::start_transaction();
                model.start();
            }
            break;
        case 7:
            if (model.depth() != 0) {
                io::commit_transaction();
                model.commit();
            }
            break;
        case 8:
            if (model.depth() != 0) {
                io::rollback_transaction();
                model.rollback();
            }
            break;
        case 9: ASSERT_EQ(io::exists(key), model.now().contains(key)); break;
        case 10: {
            const auto next = model.now().upper_bound(key);
            ASSERT_EQ(io::next_key(key), next == model.now().end() ? std::nullopt : std::optional{next->first});
            break;
        }
        default:
            if (below(8) == 0) {
                io::clear_prefix(key);
                model.now().erase(key);
            }
        }
        for (std::uint32_t i = 0; i < 6; ++i)
            if (below(3) == 0) {
                ASSERT_EQ(io::get(key_of(i)), in(model.now(), key_of(i))) << "key " << i << " after step " << step;
            }
    }
    while (model.depth() != 0) {
        const bool keep = below(2) == 0;
        keep ? io::commit_transaction() : io::rollback_transaction();
        keep ? model.commit() : model.rollback();
    }
    ASSERT_EQ(state(), model.now());
}

TEST(StorageCache, TellsWhatTheStateTells)
{
    for (std::uint32_t seed = 0; seed < 3000 && !::testing::Test::HasFatalFailure(); ++seed)
        run(seed);
}

TEST(StorageCache, LeavesLayersToItselfUntilTheBackendIsAsked)
{
    set_state({});
    io::set(bytes_of("a"), Bytes{1});
    io::start_transaction();
    io::set(bytes_of("a"), Bytes{2});
    io::start_transaction();
    io::append(bytes_of("a"), Bytes{3}); // [2] is no list
    EXPECT_EQ(testing::open_layers(), 2u);
    EXPECT_EQ(state().at(to_bytes("a")), (Bytes{4, 3}));
    io::rollback_transaction();
    EXPECT_EQ(io::get(bytes_of("a")), Bytes{2});
    io::rollback_transaction();
    EXPECT_EQ(io::get(bytes_of("a")), Bytes{1});
    EXPECT_EQ(testing::open_layers(), 0u);
}

TEST(StorageCache, GivesUpItsMemoryBeforeItIsFull)
{
    set_state({});
    const Bytes value(1024 * 1024, 7);
    for (std::uint8_t i = 0; i < 20; ++i) {
        io::start_transaction();
        io::set(Bytes{i}, ByteView{value});
    }
    for (std::uint8_t i = 0; i < 20; ++i)
        EXPECT_EQ(io::get(Bytes{i}), value);
    for (int i = 0; i < 10; ++i)
        io::rollback_transaction();
    for (int i = 0; i < 10; ++i)
        io::commit_transaction();
    EXPECT_EQ(state().size(), 10u);
}

TEST(StorageCache, EndsTheCallThatEndsALayerWhichNobodyBegan)
{
    set_state({});
    EXPECT_DEATH(io::commit_transaction(), "that was not started");
    EXPECT_DEATH(io::rollback_transaction(), "that was not started");
}

} // namespace
} // namespace phala::runtime
