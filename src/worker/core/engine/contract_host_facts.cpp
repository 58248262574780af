#include "worker/core/engine/contract_host.hpp"

#include "crypto/ecdsa.hpp"
#include "worker/core/engine/extension.hpp"

#include <algorithm>
#include <array>

namespace phala::worker::engine {

ContractHost::Answer ContractHost::input(Output output)
{
    if (!charge(price::kInput.of()))
        return std::nullopt;
    if (!frame_.input)
        return stop(ContractsError::InputForwarded);
    return write_output(output, *frame_.input) ? nothing() : std::nullopt;
}

ContractHost::Answer ContractHost::end(std::uint32_t flags, std::uint32_t pointer, std::uint32_t size)
{
    ExecReturn returned{flags, {}};
    if (charge(price::kReturn.of(size)) && read(pointer, size, returned.data))
        stopped_ = std::move(returned);
    return std::nullopt;
}

ContractHost::Answer ContractHost::simple(const Price& price, Output output, ByteView value)
{
    return charge(price.of()) && write_output(output, value) ? nothing() : std::nullopt;
}

ContractHost::Answer ContractHost::is_contract(std::uint32_t account)
{
    AccountId id;
    if (!charge(price::kIsContract.of()) || !read_account(account, id))
        return std::nullopt;
    return storage_.contract(id) ? 1 : 0;
}

ContractHost::Answer ContractHost::code_hash(std::uint32_t account, Output output)
{
    AccountId id;
    if (!charge(price::kCodeHash.of()) || !read_account(account, id))
        return std::nullopt;
    const auto info = storage_.contract(id);
    if (!info)
        return answer(Code::KeyNotFound);
    return write_output(output, info->code_hash) ? answer(Code::Success) : std::nullopt;
}

ContractHost::Answer ContractHost::deposit_event(std::uint32_t topics, std::uint32_t topics_size, std::uint32_t data,
                                                 std::uint32_t data_size)
{
    if (!charge(price::kDepositEvent.of(data_size) + price::kDepositEventTopic.of(topics_size / sizeof(H256))))
        return std::nullopt;
    if (data_size > kMaxValueSize)
        return stop(ContractsError::ValueTooLarge);
    std::vector<H256> topic_list;
    if (topics_size != 0) {
        Bytes encoded;
        if (!read(topics, topics_size, encoded))
            return std::nullopt;
        auto decoded = scale::decode<std::vector<H256>>(encoded);
        if (!decoded)
            return stop(ContractsError::DecodingFailed);
        topic_list = std::move(*decoded);
    }
    if (topic_list.size() > kMaxTopics)
        return stop(ContractsError::TooManyTopics);
    ContractEmitted event{frame_.account, {}};
    if (!read(data, data_size, event.data))
        return std::nullopt;
    if (auto emitted = execution_.emit(std::move(event), std::move(topic_list)); !emitted)
        return stop(emitted.error());
    return nothing();
}

ContractHost::Answer ContractHost::chain_extension(std::uint32_t id, std::uint32_t pointer, std::uint32_t size,
                                                   Output output)
{
    Bytes bytes;
    if (!read(pointer, size, bytes))
        return std::nullopt;
    if (auto allowed = execution_.work(1, size); !allowed)
        return stop(allowed.error());
    auto reply = Extension{execution_, frame_}.call(id, bytes);
    if (!reply)
        return stop(reply.error());
    if (!write_output(output, reply->output))
        return stop(error_of(PinkError::ContractIoBufferOverflow)); // whatever was wrong with the buffer
    return reply->status;
}

ContractHost::Answer ContractHost::debug_message(std::uint32_t pointer, std::uint32_t size)
{
    size = std::min(size, static_cast<std::uint32_t>(kDebugBufferSize));
    Bytes text;
    if (!charge(price::kDebugMessage.of(size)) || !read(pointer, size, text))
        return std::nullopt;
    execution_.append_debug(text);
    return answer(Code::Success);
}

ContractHost::Answer ContractHost::call_runtime(std::uint32_t pointer, std::uint32_t size)
{
    // the reference's runtime has calls in these pallets; no call passes its filter, so that arguments do not matter
    constexpr std::array<std::uint8_t, 4> kPalletsWithCalls = {0, 1, 2, kContractsIndex};
    constexpr std::size_t kShortestCall = 2; // the pallet's index and the call's
    Bytes call;
    if (!read(pointer, size, call))
        return std::nullopt;
    if (auto allowed = execution_.work(1, size); !allowed)
        return stop(allowed.error());
    if (call.size() < kShortestCall || std::ranges::find(kPalletsWithCalls, call[0]) == kPalletsWithCalls.end())
        return stop(ContractsError::DecodingFailed);
    execution_.append_debug(bytes_of("call failed with: "));
    execution_.append_debug(bytes_of("CallFiltered"));
    return answer(Code::CallRuntimeFailed);
}

ContractHost::Answer ContractHost::ecdsa_recover(std::uint32_t signature, std::uint32_t digest, std::uint32_t output)
{
    crypto::ecdsa::Signature signed_by;
    ByteArray<32> hash;
    if (!charge(price::kEcdsaRecover.of()) || !read_array(signature, signed_by.bytes) || !read_array(digest, hash))
        return std::nullopt;
    const auto key = crypto::ecdsa::recover(signed_by, hash);
    if (!key)
        return answer(Code::EcdsaRecoveryFailed);
    return write(output, *key) ? answer(Code::Success) : std::nullopt;
}

ContractHost::Answer ContractHost::ecdsa_to_eth_address(std::uint32_t key, std::uint32_t output)
{
    crypto::ecdsa::PublicKey compressed;
    if (!charge(price::kEcdsaToEthAddress.of()) || !read_array(key, compressed.bytes))
        return std::nullopt;
    const auto address = crypto::ecdsa::evm_address_of(compressed);
    if (!address)
        return answer(Code::EcdsaRecoveryFailed);
    return write(output, *address) ? answer(Code::Success) : std::nullopt;
}

} // namespace phala::worker::engine
