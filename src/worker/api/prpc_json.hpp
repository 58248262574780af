#pragma once
// prpc messages as JSON (spec phala-sdk-wire §3.1): names as in the .proto file, bytes as arrays of numbers, what is
// absent as null.
#include "base/json.hpp"

namespace google::protobuf {
class Message;
}

namespace phala::worker::api {

enum class PrpcJsonError : std::uint8_t { WrongKind, OutOfRange };
std::string_view describe(PrpcJsonError error);

json::Value to_json(const google::protobuf::Message& message);

/// Fills a message that is empty. Members that it does not know are ignored, absent ones keep their defaults.
Outcome<> from_json(const json::Value& value, google::protobuf::Message& message);

} // namespace phala::worker::api
