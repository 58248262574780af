#pragma once
// Events in the form of ink! 4 (spec contract-engine §3.3): one byte of index and the fields; the first topic
// names the event, each Topic field adds one.
#include "phat/host.hpp"
#include "phat/message.hpp"
#include "phat/types.hpp"

namespace phat::detail {

/// A topic is its bytes, padded with zeros, or their hash where they are longer than 32.
inline phala::ByteArray<32> topic_of(ByteView bytes)
{
    phala::ByteArray<32> out{};
    if (bytes.size() <= out.size())
        std::memcpy(out.data(), bytes.data(), bytes.size());
    else
        host::phat_hash_blake2_256(bytes.data(), static_cast<std::uint32_t>(bytes.size()), out.data());
    return out;
}

/// The bytes behind a topic: a name as SCALE text, then the value.
inline Bytes named(std::initializer_list<std::string_view> parts)
{
    Bytes text;
    for (auto part : parts)
        phala::append(text, phala::bytes_of(part));
    Bytes out;
    phala::scale::Writer writer{out};
    phala::scale::encode_compact(writer, text.size());
    writer.write(text);
    return out;
}

template <class T>
inline constexpr bool is_topic = false;
template <class T>
inline constexpr bool is_topic<Topic<T>> = true;

template <class Contract, class Event>
void deposit(const Event& event)
{
    static_assert(
        requires { typename Contract::Events; } && Contract::Events::template holds<Event>,
        "an event must stand in the contract's list Events");
    constexpr auto contract = phala::reflect::type_name<Contract>;
    constexpr auto name = phala::reflect::type_name<Event>;
    std::vector<phala::ByteArray<32>> topics;
    Bytes signature{0};
    for (auto part : {contract, std::string_view{"::"}, name})
        phala::append(signature, phala::bytes_of(part));
    topics.push_back(topic_of(signature));
    phala::reflect::with_fields(event, [&](const auto&... field) {
        std::size_t at = 0;
        (
            [&] {
                if constexpr (is_topic<std::remove_cvref_t<decltype(field)>>) {
                    Bytes bytes = named({contract, "::", name, "::", phala::reflect::field_names<Event>[at]});
                    phala::append(bytes, phala::scale::encode(field.value));
                    topics.push_back(topic_of(bytes));
                }
                ++at;
            }(),
            ...);
    });
    const Bytes topic_bytes = phala::scale::encode(topics);
    const Bytes data = phala::scale::encode(Contract::Events::template index_of<Event>(), event);
    host::phat_deposit_event(topic_bytes.data(), static_cast<std::uint32_t>(topic_bytes.size()), data.data(),
                             static_cast<std::uint32_t>(data.size()));
}

} // namespace phat::detail
