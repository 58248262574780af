#include "cli/key_file.hpp"

#include "base/secret.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace phala::cli {

namespace {

constexpr std::string_view kScheme = "file:";
constexpr std::size_t kMaxSecret = 4'096;

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

} // namespace

std::string_view describe(KeyFileError error)
{
    switch (error) {
    case KeyFileError::CannotRead: return "cannot read the key file";
    case KeyFileError::Exposed: return "others can read the key file; run chmod 600 on it";
    case KeyFileError::Exists: return "there is a file already, and it might hold a key";
    case KeyFileError::CannotWrite: return "cannot write the key file";
    }
    return "key file";
}

Outcome<crypto::KeyPair> signer_of(const std::string& secret)
{
    if (!secret.starts_with(kScheme))
        return crypto::KeyPair::from_uri(secret);
    const std::string path = secret.substr(kScheme.size());
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat status{};
    if (file.number < 0 || ::fstat(file.number, &status) != 0)
        return fail(KeyFileError::CannotRead, path + ": " + std::strerror(errno));
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return fail(KeyFileError::Exposed, path);
    Secret<kMaxSecret> content;
    const auto size = ::read(file.number, content.expose().data(), kMaxSecret);
    if (size <= 0)
        return fail(KeyFileError::CannotRead, path);
    const auto text = text_of(ByteView{content.expose()}.first(static_cast<std::size_t>(size)));
    auto pair = crypto::KeyPair::from_uri(text.substr(0, text.find_first_of("\r\n")));
    if (!pair)
        return fail(std::move(pair), path);
    return pair;
}

Outcome<> save_phrase(const std::string& path, std::string_view phrase)
{
    const Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    if (file.number < 0)
        return fail(errno == EEXIST ? KeyFileError::Exists : KeyFileError::CannotWrite,
                    path + ": " + std::strerror(errno));
    if (::write(file.number, phrase.data(), phrase.size()) != static_cast<ssize_t>(phrase.size())
        || ::write(file.number, "\n", 1) != 1 || ::fsync(file.number) != 0)
        return fail(KeyFileError::CannotWrite, path + ": " + std::strerror(errno));
    return {};
}

} // namespace phala::cli
