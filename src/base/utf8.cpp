#include "base/utf8.hpp"

namespace phala {

bool is_utf8(ByteView text)
{
    for (std::size_t i = 0; i < text.size();) {
        const std::uint8_t lead = text[i++];
        if (lead < 0x80)
            continue;
        const unsigned more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
        if (lead < 0xc2 || lead > 0xf4 || text.size() - i < more)
            return false;
        // the second byte is where overlong forms, surrogates and values past U+10FFFF show
        const std::uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        const std::uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (text[i] < low || text[i] > high)
            return false;
        for (unsigned k = 1; k < more; ++k)
            if ((text[i + k] & 0xc0) != 0x80)
                return false;
        i += more;
    }
    return true;
}

} // namespace phala
