#pragma once
// A contract's bundle (`.contract`) and the values of its messages: what a person writes as JSON becomes SCALE by the
// types in the bundle, and answers become JSON again.
#include "base/json.hpp"
#include "primitives/types.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace phala::cli {

enum class AbiError : std::uint8_t {
    BadBundle,
    UnknownName,
    UnknownConstructor,
    UnknownEvent,
    WrongArguments,
    BadValue,
    BadAnswer
};
std::string_view describe(AbiError error);

/// The `type` objects of a bundle by their id.
using AbiTypes = std::map<std::uint32_t, json::Value>;

class Abi {
public:
    /// Reads a `.contract` file's text.
    static Outcome<Abi> parse(std::string_view text);

    struct Argument {
        std::string label;
        std::uint32_t type;
        std::string type_name;
    };
    struct Message {
        std::string label;
        Bytes selector;
        std::vector<Argument> arguments;
        std::optional<std::uint32_t> result; ///< none: it returns nothing
        bool mutates = true;
        bool payable = true; ///< where the bundle does not say
        std::string docs;
    };

    struct Event {
        std::string label;
        std::string signature; ///< the first topic, 0x…; empty where the data begins with the event's index (ink! 4)
        std::vector<Argument> fields;
    };
    struct DecodedEvent {
        std::string name;
        json::Value fields;
    };

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const Bytes& code() const { return code_; }
    /// The code to upload; an error where there is none, or other code than the bundle's own hash tells.
    [[nodiscard]] Outcome<ByteView> checked_code() const;
    [[nodiscard]] const std::vector<Message>& constructors() const { return constructors_; }
    [[nodiscard]] const std::vector<Message>& messages() const { return messages_; }

    Outcome<const Message*> constructor(std::string_view label) const
    {
        return find(constructors_, label, AbiError::UnknownConstructor);
    }
    Outcome<const Message*> message(std::string_view label) const
    {
        return find(messages_, label, AbiError::UnknownName);
    }

    /// Selector and arguments. Each argument is JSON or, where that is shorter, a bare text: 300, "hi", [1, 2],
    /// {"Some": 1}, //Bob or an address for an account.
    Outcome<Bytes> encode(const Message& message, const std::vector<std::string>& arguments) const;

    /// The value of a type from its encoding, which must end there. Without a type nothing may come.
    Outcome<json::Value> decode(std::optional<std::uint32_t> type, ByteView bytes) const;

    /// An event by its first topic (0x…, empty: none) and its data.
    Outcome<DecodedEvent> decode_event(std::string_view topic, ByteView data) const;

private:
    Outcome<const Message*> find(const std::vector<Message>& list, std::string_view label, AbiError unknown) const;

    std::string name_;
    std::string code_hash_; ///< as the bundle tells it
    Bytes code_;
    std::vector<Message> constructors_, messages_;
    std::vector<Event> events_;
    AbiTypes types_;
};

} // namespace phala::cli
