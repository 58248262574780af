#pragma once
#include "base/result.hpp"

namespace phala::node {

enum class KeystoreError : std::uint8_t {
    BadKeyType,
    CannotRead,
    CannotWrite,
    Malformed,
    PasswordNeeded,
    WrongPassword,
    WrongKey,
    NotFound,
};
std::string_view describe(KeystoreError error);

} // namespace phala::node
