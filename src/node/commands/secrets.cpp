#include "node/commands/secrets.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <termios.h>
#include <unistd.h>

namespace phala::node {

namespace {

constexpr std::size_t kLongest = 64U << 10U;

/// No echo of what is typed, while it lives.
class Silence {
public:
    Silence()
    {
        if (::tcgetattr(STDIN_FILENO, &before_) != 0)
            return;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        active_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;
    ~Silence()
    {
        if (active_)
            ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }

private:
    termios before_{};
    bool active_ = false;
};

void trim_line_end(Bytes& text)
{
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.pop_back();
}

Outcome<SecretBytes> read_file(const std::string& name)
{
    std::ifstream file{name, std::ios::binary};
    if (!file)
        return fail(SecretError::CannotRead, name);
    Bytes text{std::istreambuf_iterator<char>{file}, {}};
    trim_line_end(text);
    return SecretBytes{std::move(text)};
}

} // namespace

std::string_view describe(SecretError error)
{
    switch (error) {
    case SecretError::CannotRead: return "the file of the secret cannot be read";
    case SecretError::NoTerminal: return "nothing was typed";
    }
    return "unknown error";
}

Outcome<SecretBytes> ask_secret(const char* prompt)
{
    const bool terminal = ::isatty(STDIN_FILENO) != 0;
    const Silence silence;
    if (terminal)
        std::fprintf(stderr, "%s: ", prompt);
    Bytes text;
    text.reserve(kLongest); // so that no copies stay behind in memory that was given back
    char c = 0;
    while (text.size() < kLongest && ::read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
        text.push_back(static_cast<std::uint8_t>(c));
    if (terminal)
        std::fputc('\n', stderr);
    trim_line_end(text);
    if (text.empty())
        return fail(SecretError::NoTerminal, prompt);
    return SecretBytes{std::move(text)};
}

Outcome<std::optional<SecretBytes>> read_password(const PasswordOptions& options)
{
    if (options.password)
        return SecretBytes{to_bytes(*options.password)};
    if (options.interactive)
        return ask_secret("Password");
    if (!options.file.empty())
        return read_file(options.file);
    return std::nullopt;
}

Outcome<SecretBytes> read_secret_uri(const std::string& text)
{
    if (text.empty())
        return ask_secret("Secret phrase or URI");
    std::error_code code;
    if (std::filesystem::is_regular_file(text, code))
        return read_file(text);
    return SecretBytes{to_bytes(text)};
}

} // namespace phala::node
