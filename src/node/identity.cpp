#include "node/identity.hpp"

#include "crypto/base58.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/random.hpp"
#include "node/service.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace phala::node {

namespace {

class File {
public:
    explicit File(int fd) : fd_{fd} {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File()
    {
        if (fd_ >= 0)
            ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_;
};

std::unexpected<Error> bad(const std::filesystem::path& file, const char* what)
{
    return fail(NodeError::BadIdentity, file.string() + ": " + what);
}

} // namespace

Outcome<std::string> load_peer_id(const std::filesystem::path& key_file)
{
    std::error_code code;
    std::filesystem::create_directories(key_file.parent_path(), code);
    if (code)
        return fail(NodeError::NoFolder, key_file.parent_path().string() + ": " + code.message());
    Secret<32> seed;
    if (const File existing{::open(key_file.c_str(), O_RDONLY | O_CLOEXEC)}) {
        if (::read(existing.get(), seed.expose().data(), 32) != 32)
            return bad(key_file, "it does not hold the 32 bytes of a key");
    } else {
        crypto::fill_random(seed.expose());
        const File made{::open(key_file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR)};
        if (!made || ::write(made.get(), seed.expose().data(), 32) != 32)
            return bad(key_file, std::strerror(errno)); // NOLINT(concurrency-mt-unsafe): at start there is one thread
    }
    // libp2p: base58 of the identity multihash of the protobuf {type: Ed25519, data: key}
    constexpr ByteArray<6> kPrefix{0x00, 0x24, 0x08, 0x01, 0x12, 0x20};
    return crypto::base58_encode(concat(kPrefix, crypto::ed25519::KeyPair{seed}.public_key()));
}

} // namespace phala::node
