#include "worker/api/prpc_json.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <limits>

namespace phala::worker::api {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptor;

std::string_view describe(PrpcJsonError error)
{
    switch (error) {
    case PrpcJsonError::WrongKind: return "DecodeError: a member of the JSON is of the wrong kind";
    case PrpcJsonError::OutOfRange: return "DecodeError: a number in the JSON is out of range";
    }
    return "prpc JSON";
}

namespace {

json::Value bytes_to_json(const std::string& bytes)
{
    json::Array out;
    out.reserve(bytes.size());
    for (const char byte : bytes)
        out.emplace_back(static_cast<std::uint8_t>(byte));
    return out;
}

json::Value text_to_json(const Field& field, const std::string& text)
{
    return field.type() == Field::TYPE_BYTES ? bytes_to_json(text) : json::Value{text};
}

json::Value one_to_json(const pb::Message& message, const pb::Reflection& access, const Field& field)
{
    switch (field.cpp_type()) {
    case Field::CPPTYPE_BOOL: return access.GetBool(message, &field);
    case Field::CPPTYPE_UINT32: return access.GetUInt32(message, &field);
    case Field::CPPTYPE_UINT64: return access.GetUInt64(message, &field);
    case Field::CPPTYPE_ENUM: return access.GetEnumValue(message, &field);
    case Field::CPPTYPE_STRING: return text_to_json(field, access.GetString(message, &field));
    case Field::CPPTYPE_MESSAGE: return to_json(access.GetMessage(message, &field));
    default: return nullptr; // no prpc message has other fields
    }
}

json::Value element_to_json(const pb::Message& message, const pb::Reflection& access, const Field& field, int index)
{
    if (field.cpp_type() == Field::CPPTYPE_MESSAGE)
        return to_json(access.GetRepeatedMessage(message, &field, index));
    return text_to_json(field, access.GetRepeatedString(message, &field, index)); // no prpc message has lists of others
}

std::unexpected<Error> wrong_kind(const Field& field, std::string_view expected, const json::Value& value)
{
    return fail(PrpcJsonError::WrongKind,
                std::string{field.full_name()} + ": " + std::string{expected} + ", not " + std::string{value.kind()});
}

Outcome<std::uint64_t> read_number(const Field& field, const json::Value& value, std::uint64_t most)
{
    const auto* number = value.integer();
    if (number == nullptr)
        return wrong_kind(field, "a number", value);
    if (number->negative || number->magnitude > most)
        return fail(PrpcJsonError::OutOfRange, std::string{field.full_name()});
    return static_cast<std::uint64_t>(number->magnitude);
}

Outcome<std::string> read_text(const Field& field, const json::Value& value)
{
    if (field.type() != Field::TYPE_BYTES) {
        const auto* text = value.string();
        return text == nullptr ? Outcome<std::string>{wrong_kind(field, "a string", value)} : *text;
    }
    const auto* numbers = value.array();
    if (numbers == nullptr)
        return wrong_kind(field, "an array of numbers", value);
    std::string out;
    out.reserve(numbers->size());
    for (const auto& number : *numbers) {
        PHALA_TRY(const auto byte, read_number(field, number, 0xff));
        out.push_back(static_cast<char>(byte));
    }
    return out;
}

Outcome<> read_one(const json::Value& value, pb::Message& message, const pb::Reflection& access, const Field& field)
{
    switch (field.cpp_type()) {
    case Field::CPPTYPE_BOOL:
        if (value.boolean() == nullptr)
            return wrong_kind(field, "a boolean", value);
        access.SetBool(&message, &field, *value.boolean());
        return {};
    case Field::CPPTYPE_UINT32: {
        PHALA_TRY(const auto number, read_number(field, value, std::numeric_limits<std::uint32_t>::max()));
        access.SetUInt32(&message, &field, static_cast<std::uint32_t>(number));
        return {};
    }
    case Field::CPPTYPE_UINT64: {
        PHALA_TRY(const auto number, read_number(field, value, std::numeric_limits<std::uint64_t>::max()));
        access.SetUInt64(&message, &field, number);
        return {};
    }
    case Field::CPPTYPE_STRING: {
        PHALA_TRY(auto text, read_text(field, value));
        access.SetString(&message, &field, std::move(text));
        return {};
    }
    case Field::CPPTYPE_MESSAGE: return from_json(value, *access.MutableMessage(&message, &field));
    default: return {}; // no request has other fields
    }
}

Outcome<> read_list(const json::Value& value, pb::Message& message, const pb::Reflection& access, const Field& field)
{
    const auto* items = value.array();
    if (items == nullptr)
        return wrong_kind(field, "an array", value);
    for (const auto& item : *items) {
        if (field.cpp_type() == Field::CPPTYPE_MESSAGE) {
            PHALA_CHECK(from_json(item, *access.AddMessage(&message, &field)));
        } else {
            PHALA_TRY(auto text, read_text(field, item));
            access.AddString(&message, &field, std::move(text));
        }
    }
    return {};
}

} // namespace

json::Value to_json(const pb::Message& message)
{
    const pb::Reflection& access = *message.GetReflection();
    const pb::Descriptor& type = *message.GetDescriptor();
    json::Object out;
    for (int i = 0; i < type.field_count(); ++i) {
        const Field& field = *type.field(i);
        json::Value value;
        if (field.is_repeated()) {
            json::Array items;
            for (int index = 0; index < access.FieldSize(message, &field); ++index)
                items.push_back(element_to_json(message, access, field, index));
            value = std::move(items);
        } else if (!field.has_presence() || access.HasField(message, &field)) {
            value = one_to_json(message, access, field);
        }
        out.push_back({std::string{field.name()}, std::move(value)});
    }
    return out;
}

Outcome<> from_json(const json::Value& value, pb::Message& message)
{
    const pb::Reflection& access = *message.GetReflection();
    const pb::Descriptor& type = *message.GetDescriptor();
    if (value.object() == nullptr)
        return fail(PrpcJsonError::WrongKind,
                    std::string{type.full_name()} + ": an object, not " + std::string{value.kind()});
    for (int i = 0; i < type.field_count(); ++i) {
        const Field& field = *type.field(i);
        const auto* member = value.find(field.name());
        if (member == nullptr || member->is_null())
            continue;
        PHALA_CHECK(field.is_repeated() ? read_list(*member, message, access, field)
                                        : read_one(*member, message, access, field));
    }
    return {};
}

} // namespace phala::worker::api
