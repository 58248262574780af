#pragma once
#include "primitives/types.hpp"
#include "scale/codec.hpp"

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace phat {

using phala::AccountId;
using phala::Balance;
using phala::BlockNumber;
using phala::Bytes;
using phala::ByteView;
using Hash = phala::H256;
using Timestamp = std::uint64_t; ///< milliseconds since 1970

/// A field of an event by which clients can filter. Transparent in the encoding.
template <class T>
struct Topic {
    T value;
    constexpr Topic(T v) : value{std::move(v)} {} // implicit: a field marked as a topic is written like any other
    constexpr Topic() = default;
};

/// What the reference language calls LangError: the input named no message or its arguments did not decode.
enum class LangError : std::uint8_t { CouldNotReadInput = 1 };

/// Why a call of another contract gave no answer.
enum class CallError : std::uint8_t {
    Trapped,        ///< the callee stopped; all it did is undone
    NotCallable,    ///< no contract is at that address
    TransferFailed, ///< the value to send is not there
    CodeNotFound,
    BadAnswer, ///< the answer is not what the called class declares
};

} // namespace phat

template <class T>
struct phala::scale::Codec<phat::Topic<T>> {
    static constexpr std::size_t min_size = Codec<T>::min_size;
    static std::size_t size(const phat::Topic<T>& topic) { return encoded_size(topic.value); }
    static std::uint8_t* put(std::uint8_t* at, const phat::Topic<T>& topic) { return scale::put(at, topic.value); }
    static bool decode(Reader& in, phat::Topic<T>& topic) { return decode_from(in, topic.value); }
};
