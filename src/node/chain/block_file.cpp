#include "node/chain/block_file.hpp"

#include "scale/json.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <istream>
#include <ostream>

namespace phala::node {

std::string_view describe(BlockFileError error)
{
    switch (error) {
    case BlockFileError::Malformed:
        return "the file of blocks is malformed; was it written in the other format (--binary)?";
    case BlockFileError::TooLarge: return "a block of the file is too large";
    case BlockFileError::CannotRead: return "the file of blocks cannot be read";
    case BlockFileError::CannotWrite: return "the blocks cannot be written; is the disk full?";
    }
    return "unknown error of a file of blocks";
}

namespace {

constexpr std::size_t kPiece = 256U << 10U;
constexpr std::size_t kCountBytes = sizeof(std::uint64_t);

// members are named as on the wire
struct DigestText {
    std::vector<Bytes> logs;
};
struct HeaderText {
    H256 parentHash;
    std::string number;
    H256 stateRoot;
    H256 extrinsicsRoot;
    DigestText digest;
};
struct BlockText {
    HeaderText header;
    std::vector<Bytes> extrinsics; ///< with their length prefixes
};
struct SignedText {
    BlockText block;
    std::optional<std::vector<std::pair<std::vector<std::uint32_t>, std::vector<std::uint32_t>>>> justifications;
};

std::vector<std::uint32_t> numbers(ByteView bytes)
{
    return {bytes.begin(), bytes.end()};
}

Outcome<Bytes> bytes_of_numbers(const std::vector<std::uint32_t>& numbers)
{
    Bytes out;
    for (auto number : numbers) {
        if (number > 0xff)
            return fail(BlockFileError::Malformed, "a justification holds a number that is no byte");
        out.push_back(static_cast<std::uint8_t>(number));
    }
    return out;
}

SignedText text_of_block(const SignedBlock& signed_block)
{
    const auto& [header, extrinsics] = signed_block.block;
    SignedText out{
        {{header.parent_hash, fmt::format("{:#x}", header.number.value), header.state_root, header.extrinsics_root, {}},
         {}},
        {}};
    for (const auto& log : header.digest.logs)
        out.block.header.digest.logs.push_back(scale::encode(log));
    for (const auto& extrinsic : extrinsics)
        out.block.extrinsics.push_back(scale::encode(extrinsic));
    if (signed_block.justifications) {
        out.justifications.emplace();
        for (const auto& [engine, proof] : *signed_block.justifications)
            out.justifications->emplace_back(numbers(engine), numbers(proof));
    }
    return out;
}

Outcome<SignedBlock> block_of_text(const SignedText& text)
{
    const auto& from = text.block.header;
    SignedBlock out{};
    Header& header = out.block.header;
    header.parent_hash = from.parentHash;
    PHALA_TRY(Bytes number, from_hex(from.number.size() % 2 == 0 ? from.number : "0x0" + from.number.substr(2)));
    if (number.size() > sizeof(BlockNumber))
        return fail(BlockFileError::Malformed, "the number of a block is too large");
    for (auto byte : number)
        header.number.value = header.number.value << 8U | byte;
    header.state_root = from.stateRoot;
    header.extrinsics_root = from.extrinsicsRoot;
    for (const auto& log : from.digest.logs) {
        PHALA_TRY(auto item, scale::decode<DigestItem>(log));
        header.digest.logs.push_back(std::move(item));
    }
    for (const auto& extrinsic : text.block.extrinsics) {
        PHALA_TRY(auto bytes, scale::decode<Bytes>(extrinsic));
        out.block.extrinsics.push_back(std::move(bytes));
    }
    if (text.justifications) {
        out.justifications.emplace();
        for (const auto& [engine, proof] : *text.justifications) {
            PHALA_TRY(auto name, bytes_of_numbers(engine));
            if (name.size() != sizeof(EngineId))
                return fail(BlockFileError::Malformed, "a justification names no engine");
            PHALA_TRY(auto bytes, bytes_of_numbers(proof));
            out.justifications->emplace_back(array_of<4>(name), std::move(bytes));
        }
    }
    return out;
}

/// Where the JSON object that begins at `begin` ends, if it does.
class ObjectEnd {
public:
    std::optional<std::size_t> look(ByteView text)
    {
        for (; at_ < text.size(); ++at_) {
            const auto c = text[at_];
            if (in_string_) {
                in_string_ = escaped_ || c != '"';
                escaped_ = !escaped_ && c == '\\';
            } else if (c == '"') {
                in_string_ = true;
            } else if (c == '{') {
                ++depth_;
            } else if (c == '}' && --depth_ <= 0) {
                return at_ + 1;
            }
        }
        return std::nullopt;
    }

private:
    std::size_t at_ = 0;
    int depth_ = 0;
    bool in_string_ = false;
    bool escaped_ = false;
};

bool is_space(std::uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

} // namespace

Outcome<> BlockWriter::put(ByteView bytes)
{
    out_.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!out_)
        return fail(BlockFileError::CannotWrite);
    return {};
}

Outcome<> BlockWriter::write(const SignedBlock& block)
{
    if (format_ == BlockFormat::Json)
        return put(bytes_of(json::dump(json::to_json(text_of_block(block)))));
    if (count_)
        PHALA_CHECK(put(le_bytes(*count_)));
    count_.reset();
    return put(scale::encode(block));
}

Outcome<> BlockWriter::finish()
{
    if (format_ == BlockFormat::Binary && count_)
        PHALA_CHECK(put(le_bytes(*count_)));
    count_.reset();
    if (!out_.flush())
        return fail(BlockFileError::CannotWrite);
    return {};
}

/// Reads on until the buffer holds that many bytes; false where the file ends before.
Outcome<bool> BlockReader::fill(std::size_t bytes)
{
    while (buffer_.size() < bytes) {
        const std::size_t before = buffer_.size();
        buffer_.resize(before + kPiece);
        in_.read(reinterpret_cast<char*>(buffer_.data() + before), kPiece);
        buffer_.resize(before + static_cast<std::size_t>(in_.gcount()));
        if (in_.bad())
            return fail(BlockFileError::CannotRead);
        if (buffer_.size() == before)
            return false;
    }
    return true;
}

std::unexpected<Error> BlockReader::malformed(const Error& why) const
{
    return fail(BlockFileError::Malformed, fmt::format("the block at byte {}: {}", used_, why.message()));
}

Outcome<std::optional<SignedBlock>> BlockReader::next()
{
    return format_ == BlockFormat::Binary ? next_binary() : next_json();
}

Outcome<std::optional<SignedBlock>> BlockReader::next_binary()
{
    const auto use = [this](std::size_t bytes) {
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(bytes));
        used_ += bytes;
    };
    if (!left_) {
        PHALA_TRY(const bool there, fill(kCountBytes));
        if (!there && buffer_.empty())
            return std::nullopt;
        if (!there)
            return malformed(scale::ScaleError::UnexpectedEnd);
        PHALA_TRY(left_, scale::decode<std::uint64_t>(ByteView{buffer_}.first(kCountBytes)));
        use(kCountBytes);
    }
    if (*left_ == 0)
        return std::nullopt;
    for (std::size_t wanted = 1;; wanted = std::max(2 * buffer_.size(), kPiece)) {
        PHALA_TRY(const bool more, fill(std::min(wanted, kMaxFileBlock)));
        scale::Reader reader{buffer_};
        SignedBlock block;
        if (scale::decode_from(reader, block)) {
            use(reader.offset());
            --*left_;
            return std::optional{std::move(block)};
        }
        const Error error = reader.error(); // both of these may be for want of bytes
        const bool cut = error.is(scale::ScaleError::UnexpectedEnd) || error.is(scale::ScaleError::LengthTooLarge);
        if (!cut || !more)
            return malformed(error);
        if (buffer_.size() >= kMaxFileBlock)
            return fail(BlockFileError::TooLarge, fmt::format("at byte {}", used_));
    }
}

Outcome<std::optional<SignedBlock>> BlockReader::next_json()
{
    const auto use = [this](std::size_t bytes) {
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(bytes));
        used_ += bytes;
    };
    for (;;) {
        const auto text = std::ranges::find_if_not(buffer_, is_space);
        use(static_cast<std::size_t>(text - buffer_.begin()));
        if (!buffer_.empty())
            break;
        PHALA_TRY(const bool more, fill(1));
        if (!more)
            return std::nullopt;
    }
    ObjectEnd search;
    for (;;) {
        if (const auto end = search.look(buffer_)) {
            auto value = json::parse(text_of(ByteView{buffer_}.first(*end)), {.depth = 16, .bytes = kMaxFileBlock});
            if (!value)
                return malformed(value.error());
            auto text = json::from_json<SignedText>(*value);
            if (!text)
                return malformed(text.error());
            auto block = block_of_text(*text);
            if (!block)
                return malformed(block.error());
            use(*end);
            return std::optional{std::move(*block)};
        }
        if (buffer_.size() >= kMaxFileBlock || buffer_.front() != '{')
            return fail(buffer_.front() == '{' ? BlockFileError::TooLarge : BlockFileError::Malformed,
                        fmt::format("at byte {}", used_));
        PHALA_TRY(const bool more, fill(buffer_.size() + 1));
        if (!more)
            return malformed(scale::ScaleError::UnexpectedEnd);
    }
}

} // namespace phala::node
