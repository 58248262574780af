// Whatever a node answers, taking it apart gives parts or an error.
#include "worker/relay/answers.hpp"

#include "base/hex.hpp"

#include <cstdlib>

namespace {

using namespace phala;

void take_apart(std::string_view text)
{
    const auto value = json::parse(text, {.depth = 64, .bytes = 1 << 20});
    if (!value)
        return;
    (void)worker::hash_of_json(&*value, "a hash");
    (void)worker::header_of_json(*value);
    (void)worker::proof_of_answer(*value);
    const auto range = worker::lane_range_of_answer(*value);
    if (range && (range->leaves.empty() || range->leaves.size() != range->payloads.size()))
        std::abort();
}

} // namespace

/// The input as the text itself; as its pieces where such answers have theirs; and as the bytes inside of a good one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView input{data, size};
    take_apart(text_of(input));

    constexpr std::string_view kParts[] = {
        "{",          "}",           "[",        "]",           ",",    "\"leaves\":", "\"payloads\":", "\"frontier\":",
        "\"proof\":", "\"number\":", "\"0x01\"", "\"digest\":", "null", "\"0x\"",      "\"logs\":",     "1"};
    std::string pieces;
    for (const auto byte : input)
        pieces += kParts[byte % std::size(kParts)];
    take_apart(pieces);

    const std::string bytes = '"' + to_hex0x(input) + '"';
    take_apart("{\"leaves\":[" + bytes + "],\"payloads\":[" + bytes + "],\"frontier\":[" + bytes + "]}");
    take_apart("{\"proof\":[" + bytes + "," + bytes + "]}");
    const std::string hash = '"' + to_hex0x(Bytes(32, 1)) + '"';
    take_apart("{\"parentHash\":" + hash + ",\"stateRoot\":" + hash + ",\"extrinsicsRoot\":" + hash
               + ",\"number\":\"0x1\",\"digest\":{\"logs\":[" + bytes + "]}}");
    return 0;
}
