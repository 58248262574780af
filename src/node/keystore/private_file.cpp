#include "node/keystore/private_file.hpp"

#include "base/fault.hpp"
#include "node/keystore/error.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace phala::node {

namespace {

constexpr std::string_view kUnfinished = ".unfinished-";

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_{fd} {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor()
    {
        if (fd_ >= 0)
            ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

bool write_all(int fd, ByteView bytes)
{
    while (!bytes.empty()) {
        const auto written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

std::unexpected<Error> failed(KeystoreError error, const std::filesystem::path& file)
{
    return fail(error, file.string() + ": " + std::system_category().message(errno));
}

} // namespace

Outcome<> write_private_file(const std::filesystem::path& file, ByteView content)
{
    const auto parent = file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
    const auto unfinished = parent / (std::string{kUnfinished} + file.filename().string());
    {
        ::unlink(unfinished.c_str());
        const Descriptor out{
            ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR)};
        const auto half = content.size() / 2;
        if (out.get() < 0 || !write_all(out.get(), content.first(half)))
            return failed(KeystoreError::CannotWrite, file);
        fault::point("keystore-inside");
        if (!write_all(out.get(), content.subspan(half)) || ::fsync(out.get()) != 0)
            return failed(KeystoreError::CannotWrite, file);
    }
    fault::point("keystore-written");
    if (::rename(unfinished.c_str(), file.c_str()) != 0)
        return failed(KeystoreError::CannotWrite, file);
    const Descriptor folder{::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (folder.get() < 0 || ::fsync(folder.get()) != 0)
        return failed(KeystoreError::CannotWrite, file);
    fault::point("keystore-renamed");
    return {};
}

namespace {

Outcome<Bytes> read_all(int in, std::size_t most, const std::filesystem::path& file)
{
    Bytes out(most + 1);
    std::size_t size = 0;
    while (size < out.size()) {
        const auto got = ::read(in, out.data() + size, out.size() - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failed(KeystoreError::CannotRead, file);
        if (got == 0)
            break;
        size += static_cast<std::size_t>(got);
    }
    if (size > most)
        return fail(KeystoreError::Malformed, file.string() + ": it is larger than " + std::to_string(most) + " bytes");
    out.resize(size);
    return out;
}

} // namespace

Outcome<Bytes> read_private_file(const std::filesystem::path& file, std::size_t most)
{
    const Descriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
    if (in.get() < 0)
        return failed(KeystoreError::CannotRead, file);
    return read_all(in.get(), most, file);
}

Outcome<Bytes> read_private_input(std::size_t most)
{
    return read_all(STDIN_FILENO, most, "standard input"); // by number: a socket cannot be opened by its name
}

bool is_unfinished(const std::filesystem::path& file)
{
    return file.filename().string().starts_with(kUnfinished);
}

} // namespace phala::node
