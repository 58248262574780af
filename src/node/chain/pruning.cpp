#include "node/chain/pruning.hpp"

#include <charconv>

namespace phala::node {

std::optional<Pruning> parse_pruning(std::string_view text)
{
    if (text == "archive")
        return Pruning::archive();
    if (text == "archive-canonical")
        return Pruning::archive_canonical();
    std::uint32_t count = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || end != text.data() + text.size() || count == 0)
        return std::nullopt;
    return Pruning::last(count);
}

std::string to_string(const Pruning& pruning)
{
    switch (pruning.kind) {
    case Pruning::Kind::Archive: return "archive";
    case Pruning::Kind::ArchiveCanonical: return "archive-canonical";
    case Pruning::Kind::Last: return std::to_string(pruning.count);
    }
    return {};
}

} // namespace phala::node
