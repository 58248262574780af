#pragma once
// A chain in one process, over the plain map: describe the genesis, sign transactions, build blocks, look at what
// happened. It does what an author does, with the same functions of the executive.
#include "crypto/key_pair.hpp"
#include "primitives/extrinsic.hpp"
#include "runtime/composition/composition.hpp"
#include "runtime/frame/executive.hpp"
#include "runtime/testing/map_state.hpp"

namespace phala::runtime::testing {

inline constexpr Balance kPha = config::kDollars;

/// An account and its key, by name: "Alice" is //Alice.
class Person {
public:
    explicit Person(std::string_view name);
    [[nodiscard]] const AccountId& id() const { return id_; }
    operator const AccountId&() const { return id_; }
    [[nodiscard]] MultiAddress address() const { return MultiAddress::of(id_); }
    [[nodiscard]] MultiSignature sign(ByteView payload) const;

private:
    crypto::KeyPair pair_;
    AccountId id_;
};

struct TransactionOptions {
    std::optional<Nonce> nonce; ///< otherwise the signer's next one
    Era era = Era::immortal();
    Balance tip = 0;
};

class Chain {
public:
    /// Starts a new state. Authority and sudo are Alice.
    explicit Chain(std::vector<std::pair<AccountId, Balance>> balances);

    /// A signed extrinsic for the next block, as what follows its length prefix.
    [[nodiscard]] Bytes transaction(const Person& signer, const RuntimeCall& call,
                                    const TransactionOptions& options = {}) const;

    /// Begins a block and applies its inherents.
    void begin();
    executive::ApplyResult apply(const Bytes& extrinsic);
    /// Ends the block; it becomes the head.
    Block end();

    /// A whole block with these transactions, each of which must be valid.
    Block block(std::vector<Bytes> transactions = {});

    [[nodiscard]] const H256& head() const { return head_; }
    [[nodiscard]] const H256& genesis() const { return genesis_; }
    [[nodiscard]] BlockNumber height() const { return height_; }

private:
    H256 genesis_{};
    H256 head_{};
    BlockNumber height_ = 0;
    std::uint64_t slot_ = 1'700'000'000;
    Block open_{};
};

/// The events of the open or last block, in order.
std::vector<system::Record> events();

/// The events of type T.
template <class T>
std::vector<T> events_of()
{
    std::vector<T> out;
    for (const auto& record : events())
        if (auto event = record.event.template as<T>())
            out.push_back(std::move(*event));
    return out;
}

/// The events of one extrinsic as "Pallet.index".
std::vector<std::string> event_names(std::uint32_t extrinsic);

/// What a transfer of the genesis accounts' sum over all accounts must always be.
Balance sum_of_balances();

} // namespace phala::runtime::testing
