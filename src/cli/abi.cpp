#include "cli/abi_types.hpp"

#include "base/hex.hpp"
#include "crypto/hash.hpp"

#include <algorithm>

namespace phala::cli {

std::string_view describe(AbiError error)
{
    switch (error) {
    case AbiError::BadBundle: return "the file is no contract bundle of version 4 or 5";
    case AbiError::UnknownName: return "the contract has no such message";
    case AbiError::UnknownConstructor: return "the contract has no such constructor";
    case AbiError::UnknownEvent: return "the bundle does not tell of this event; is it the contract's own?";
    case AbiError::WrongArguments: return "the message takes other arguments";
    case AbiError::BadValue: return "a value does not fit its type";
    case AbiError::BadAnswer: return "the answer does not fit the type in the bundle";
    }
    return "abi";
}

namespace {

/// What a person wrote: JSON, or else a text.
json::Value value_of_text(const std::string& text)
{
    auto parsed = json::parse(text, {.depth = kMaxValueDepth, .bytes = 1U << 20U});
    return parsed ? std::move(*parsed) : json::Value{text};
}

Outcome<std::vector<Abi::Argument>> arguments_of(const json::Value& entry, const std::string& label)
{
    std::vector<Abi::Argument> out;
    for (const auto& argument : array_member(entry, "args")) {
        const auto* type = argument.find("type");
        if (type == nullptr)
            return fail(AbiError::BadBundle, label);
        const auto& display = array_member(*type, "displayName");
        out.push_back({text_member(argument, "label"), number_of(type->find("type")),
                       display.empty() || display.back().string() == nullptr ? "" : *display.back().string()});
    }
    return out;
}

Outcome<std::vector<Abi::Event>> events_of(const json::Value& spec)
{
    std::vector<Abi::Event> out;
    for (const auto& entry : array_member(spec, "events")) {
        Abi::Event event{text_member(entry, "label"), text_member(entry, "signature_topic"), {}};
        PHALA_TRY(event.fields, arguments_of(entry, event.label));
        out.push_back(std::move(event));
    }
    return out;
}

/// "4" of ink! 4, or 5 of ink! 5.
bool is_known_version(const json::Value& bundle)
{
    const auto* version = bundle.find("version");
    return version != nullptr && (*version == json::Value{"4"} || *version == json::Value{5});
}

Outcome<std::vector<Abi::Message>> callables(const json::Value& spec, std::string_view kind)
{
    std::vector<Abi::Message> out;
    for (const auto& entry : array_member(spec, kind)) {
        Abi::Message message;
        message.label = text_member(entry, "label");
        PHALA_TRY(message.selector, from_hex(text_member(entry, "selector")));
        if (message.label.empty() || message.selector.size() != 4)
            return fail(AbiError::BadBundle, std::string{kind});
        PHALA_TRY(message.arguments, arguments_of(entry, message.label));
        if (const auto* result = entry.find("returnType"); result != nullptr && !result->is_null())
            message.result = number_of(result->find("type"));
        const auto* mutates = entry.find("mutates");
        message.mutates = mutates == nullptr || mutates->boolean() == nullptr || *mutates->boolean();
        const auto* payable = entry.find("payable");
        message.payable = payable == nullptr || payable->boolean() == nullptr || *payable->boolean();
        const auto& docs = array_member(entry, "docs");
        if (!docs.empty() && docs[0].string() != nullptr)
            message.docs = *docs[0].string();
        out.push_back(std::move(message));
    }
    return out;
}

} // namespace

Outcome<Abi> Abi::parse(std::string_view text)
{
    const auto parsed = json::parse(text);
    if (!parsed)
        return fail(AbiError::BadBundle, parsed.error().message());
    const auto& bundle = *parsed;
    const auto* spec = bundle.find("spec");
    const auto* contract = bundle.find("contract");
    if (spec == nullptr || contract == nullptr || !is_known_version(bundle))
        return fail(AbiError::BadBundle);
    Abi abi;
    abi.name_ = text_member(*contract, "name");
    if (const auto* source = bundle.find("source")) {
        auto code = from_hex(text_member(*source, "wasm"));
        if (!code)
            return fail(AbiError::BadBundle, "source.wasm: " + code.error().message());
        abi.code_ = std::move(*code);
        abi.code_hash_ = text_member(*source, "hash");
    }
    PHALA_TRY(abi.constructors_, callables(*spec, "constructors"));
    PHALA_TRY(abi.messages_, callables(*spec, "messages"));
    PHALA_TRY(abi.events_, events_of(*spec));
    for (const auto& entry : array_member(bundle, "types")) {
        const auto id = number_of(entry.find("id"));
        const auto* type = entry.find("type");
        if (id == kNoType || type == nullptr || !abi.types_.emplace(id, *type).second)
            return fail(AbiError::BadBundle, "types: each has an id of its own and a type");
    }
    return abi;
}

Outcome<ByteView> Abi::checked_code() const
{
    constexpr std::string_view kMagic{"\0asm", 4};
    if (code_.empty())
        return fail(AbiError::BadBundle, "it has metadata alone: source.wasm is missing");
    if (!text_of(code_).starts_with(kMagic))
        return fail(AbiError::BadBundle, "source.wasm is no WebAssembly module");
    const auto hash = to_hex0x(crypto::blake2_256(code_));
    if (!code_hash_.empty() && code_hash_ != hash)
        return fail(AbiError::BadBundle,
                    "the file is damaged: its code hashes to " + hash + ", and source.hash tells " + code_hash_);
    return ByteView{code_};
}

Outcome<const Abi::Message*> Abi::find(const std::vector<Message>& list, std::string_view label, AbiError unknown) const
{
    std::string known;
    for (const auto& message : list) {
        if (message.label == label)
            return &message;
        known += (known.empty() ? "" : ", ") + message.label;
    }
    return fail(unknown, std::string{label} + "; " + name_ + " has " + known);
}

Outcome<Bytes> Abi::encode(const Message& message, const std::vector<std::string>& arguments) const
{
    if (arguments.size() != message.arguments.size()) {
        std::string wanted;
        for (const auto& argument : message.arguments)
            wanted += " " + argument.label + ":" + argument.type_name;
        return fail(AbiError::WrongArguments, message.label + " takes" + (wanted.empty() ? " none" : wanted));
    }
    Bytes out = message.selector;
    for (std::size_t i = 0; i < arguments.size(); ++i)
        if (auto encoded = encode_value(types_, out, message.arguments[i].type, value_of_text(arguments[i])); !encoded)
            return fail(std::move(encoded), message.arguments[i].label);
    return out;
}

Outcome<json::Value> Abi::decode(std::optional<std::uint32_t> type, ByteView bytes) const
{
    if (!type && bytes.empty())
        return json::Value{};
    auto value = type ? decode_value(types_, *type, bytes) : std::nullopt;
    if (!value)
        return fail(AbiError::BadAnswer, to_hex0x(bytes.first(std::min<std::size_t>(bytes.size(), 64))));
    return std::move(*value);
}

Outcome<Abi::DecodedEvent> Abi::decode_event(std::string_view topic, ByteView data) const
{
    const bool by_topic = !events_.empty() && !events_.front().signature.empty();
    const auto found = std::ranges::find_if(events_, [&](const Event& event) {
        return by_topic ? event.signature == topic
                        : !data.empty() && data[0] < events_.size() && &event == &events_[data[0]];
    });
    if (found == events_.end())
        return fail(AbiError::UnknownEvent, name_);
    std::vector<std::uint32_t> types;
    for (const auto& field : found->fields)
        types.push_back(field.type);
    const auto values = decode_values(types_, types, by_topic ? data : data.subspan(1));
    if (!values)
        return fail(AbiError::BadAnswer, "event " + found->label);
    DecodedEvent out{found->label, json::Value{json::Object{}}};
    for (std::size_t i = 0; i < values->size(); ++i)
        out.fields[found->fields[i].label] = (*values)[i];
    return out;
}

} // namespace phala::cli
