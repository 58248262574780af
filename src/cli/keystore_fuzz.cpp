// Keystores from anywhere: a key or an error. What is in front of the costly part is made up, the body too where no
// password is asked for.
#include "cli/keystore.hpp"

#include <cstdint>

using namespace phala;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto encrypted = cli::needs_password(text);
    if (encrypted)
        (void)cli::open_keystore(text, *encrypted ? ByteView{} : bytes_of("")).has_value();
    return 0;
}
