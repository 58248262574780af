#include "node/keystore/error.hpp"

namespace phala::node {

std::string_view describe(KeystoreError error)
{
    switch (error) {
    case KeystoreError::BadKeyType: return "a key type is four characters, such as aura or gran";
    case KeystoreError::CannotRead: return "a key's file cannot be read";
    case KeystoreError::CannotWrite: return "a key's file cannot be written; is the folder there, and yours?";
    case KeystoreError::Malformed: return "a key's file is damaged; restore it, or remove it and insert the key again";
    case KeystoreError::PasswordNeeded:
        return "the keystore is locked: give its password with --password-interactive or --password-filename";
    case KeystoreError::WrongPassword: return "the password is not the one that this keystore was locked with";
    case KeystoreError::WrongKey: return "the secret does not belong to the public key";
    case KeystoreError::NotFound: return "the keystore does not hold this key";
    }
    return "unknown keystore error";
}

} // namespace phala::node
