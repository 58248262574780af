// Whatever bundle comes, and whatever a worker answers: a value or an error. What decodes by a sound bundle encodes to
// the same value again.
#include "cli/abi.hpp"

#include "cli/abi_test_bundle.hpp"
#include "cli/abi_types.hpp"

#include <cstdlib>
#include <string>

using namespace phala;
using namespace phala::cli;

namespace {

AbiTypes sound_types()
{
    AbiTypes out;
    const auto bundle = *json::parse(testing::kBundle);
    for (const auto& entry : array_member(bundle, "types"))
        out.emplace(number_of(entry.find("id")), *entry.find("type"));
    return out;
}

void answer_of_a_sound_bundle(std::uint32_t type, ByteView answer)
{
    static const AbiTypes kTypes = sound_types();
    const auto value = decode_value(kTypes, type, answer);
    if (!value)
        return;
    Bytes again;
    if (!encode_value(kTypes, again, type, *value) || decode_value(kTypes, type, again) != value)
        std::abort();
}

/// The sound bundle with a few of its characters replaced: texts that are nearly right reach further than noise.
std::string mutated(ByteView changes)
{
    std::string text{testing::kBundle};
    for (; changes.size() >= 3; changes = changes.subspan(3))
        text[(changes[0] << 8U | changes[1]) % text.size()] = static_cast<char>(changes[2]);
    return text;
}

void hostile_bundle(std::string_view text, ByteView rest)
{
    const auto abi = Abi::parse(text);
    if (!abi)
        return;
    for (const auto& message : abi->messages()) {
        const std::vector<std::string> arguments(message.arguments.size(),
                                                 std::string{reinterpret_cast<const char*>(rest.data()), rest.size()});
        (void)abi->encode(message, arguments).has_value();
        (void)abi->decode(message.result, rest).has_value();
    }
    (void)abi->decode_event("0x01", rest).has_value();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const ByteView input = ByteView{data, size}.subspan(1);
    if (data[0] < 32) {
        answer_of_a_sound_bundle(data[0], input);
    } else {
        const auto half = input.size() / 2;
        hostile_bundle(mutated(input.first(half)), input.subspan(half));
        hostile_bundle({reinterpret_cast<const char*>(input.data()), input.size()}, input);
    }
    return 0;
}
