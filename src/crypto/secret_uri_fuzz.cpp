// Any text is a secret URI or an error, and the error repeats nothing of it that could be a secret.
#include "crypto/key_pair.hpp"

#include <algorithm>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace phala;
    const auto text = text_of({data, size});
    const auto uri = crypto::parse_secret_uri(text);
    if (!uri && size >= 16 && uri.error().message().find(text) != std::string::npos)
        std::abort();
    if (uri && uri->junctions.size() > static_cast<std::size_t>(std::ranges::count(text, '/')))
        std::abort();
    return 0;
}
