#include "cli/key_file.hpp"

#include "base/secret.hpp"
#include "cli/keystore.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace phala::cli {

namespace {

constexpr std::string_view kScheme = "file:";
constexpr std::size_t kMaxFile = 65'536;
constexpr std::size_t kMaxPassword = 1'024;

/// Closes a file descriptor.
struct Descriptor {
    int number;
    explicit Descriptor(int descriptor) : number{descriptor} {}
    ~Descriptor()
    {
        if (number >= 0)
            ::close(number);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
};

/// What a file begins with, so much at most. `is_exposed`: others may read it.
struct Content {
    SecretBytes bytes;
    bool is_exposed = false;
};
Outcome<Content> read_content(const std::string& path, std::size_t most)
{
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat status{};
    if (file.number < 0 || ::fstat(file.number, &status) != 0)
        return fail(KeyFileError::CannotRead, path + ": " + std::strerror(errno));
    Bytes bytes(most);
    std::size_t size = 0;
    for (ssize_t got = 1; got > 0 && size < most; size += static_cast<std::size_t>(got)) {
        got = ::read(file.number, bytes.data() + size, most - size);
        if (got < 0)
            return fail(KeyFileError::CannotRead, path + ": " + std::strerror(errno));
    }
    bytes.resize(size);
    return Content{SecretBytes{std::move(bytes)}, (status.st_mode & (S_IRWXG | S_IRWXO)) != 0};
}

std::string_view first_line(const SecretBytes& content)
{
    const auto text = text_of(content.expose());
    return text.substr(0, text.find_first_of("\r\n"));
}

/// What somebody types on the terminal, unseen; nothing where there is no terminal.
SecretBytes ask_password(std::string_view prompt)
{
    const Descriptor terminal{::open("/dev/tty", O_RDWR | O_CLOEXEC)};
    termios shown{};
    if (terminal.number < 0 || ::tcgetattr(terminal.number, &shown) != 0)
        return {};
    termios hidden = shown;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(terminal.number, TCSAFLUSH, &hidden);
    Bytes typed;
    typed.reserve(kMaxPassword);
    if (::write(terminal.number, prompt.data(), prompt.size()) > 0)
        for (std::uint8_t byte = 0;
             typed.size() < kMaxPassword && ::read(terminal.number, &byte, 1) == 1 && byte != '\n';)
            typed.push_back(byte);
    ::tcsetattr(terminal.number, TCSAFLUSH, &shown);
    (void)!::write(terminal.number, "\n", 1);
    return SecretBytes{std::move(typed)};
}

Outcome<SecretBytes> password_of(const std::string& password_file, std::string_view prompt)
{
    if (password_file.empty())
        return ask_password(prompt);
    PHALA_TRY(const auto content, read_content(password_file, kMaxPassword));
    if (content.is_exposed)
        return fail(KeyFileError::Exposed, password_file);
    return SecretBytes{to_bytes(first_line(content.bytes))};
}

} // namespace

std::string_view describe(KeyFileError error)
{
    switch (error) {
    case KeyFileError::CannotRead: return "cannot read the key file";
    case KeyFileError::Exposed: return "others can read the key file; run chmod 600 on it";
    case KeyFileError::Exists: return "there is a file already, and it might hold a key";
    case KeyFileError::CannotWrite: return "cannot write the key file";
    case KeyFileError::Mistyped: return "the two passwords differ";
    }
    return "key file";
}

Outcome<crypto::KeyPair> signer_of(const std::string& secret, const std::string& password_file)
{
    if (!secret.starts_with(kScheme))
        return crypto::KeyPair::from_uri(secret);
    const std::string path = secret.substr(kScheme.size());
    PHALA_TRY(const auto content, read_content(path, kMaxFile));
    const auto text = text_of(content.bytes.expose());
    if (is_keystore(text)) {
        SecretBytes password;
        PHALA_TRY(const auto needed, needs_password(text));
        if (needed) {
            PHALA_TRY(password, password_of(password_file, "Password of " + path + ": "));
        } else if (content.is_exposed) {
            return fail(KeyFileError::Exposed, path);
        }
        auto pair = open_keystore(text, password.expose());
        return pair ? std::move(pair) : fail(std::move(pair), path);
    }
    if (content.is_exposed)
        return fail(KeyFileError::Exposed, path);
    auto pair = crypto::KeyPair::from_uri(first_line(content.bytes));
    if (!pair)
        return fail(std::move(pair), path);
    return pair;
}

Outcome<SecretBytes> new_password(const std::string& password_file)
{
    PHALA_TRY(auto password, password_of(password_file, "New password: "));
    if (password_file.empty() && !password.expose().empty()) {
        const auto again = ask_password("Once more: ");
        if (text_of(again.expose()) != text_of(password.expose()))
            return fail(KeyFileError::Mistyped);
    }
    return password;
}

Outcome<> save_secret(const std::string& path, std::string_view line)
{
    const Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    if (file.number < 0)
        return fail(errno == EEXIST ? KeyFileError::Exists : KeyFileError::CannotWrite,
                    path + ": " + std::strerror(errno));
    if (::write(file.number, line.data(), line.size()) != static_cast<ssize_t>(line.size())
        || ::write(file.number, "\n", 1) != 1 || ::fsync(file.number) != 0)
        return fail(KeyFileError::CannotWrite, path + ": " + std::strerror(errno));
    return {};
}

} // namespace phala::cli
