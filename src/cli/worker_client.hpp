#pragma once
// Asks a worker over HTTP: what it says about itself, and private queries (spec sdk-wire §3, §4.5).
#include "base/json.hpp"
#include "crypto/key_pair.hpp"
#include "worker/core/query.hpp"

#include <string>

namespace phala::cli {

enum class WorkerError : std::uint8_t { BadUrl, CannotConnect, Silent, BadAnswer, Refused };
std::string_view describe(WorkerError error);

class WorkerClient {
public:
    /// "http://host:port"; nothing is sent yet.
    static Outcome<WorkerClient> at(const std::string& url);

    struct Info {
        PublicKey pubkey{};
        BlockNumber next_block = 0; ///< it has executed all before this one
        json::Value shown;          ///< for people
    };
    Outcome<Info> info() const;
    Outcome<json::Value> cluster() const;

    /// Encrypts the query to the worker, signs it as `who`, decrypts the answer.
    Outcome<std::expected<Bytes, worker::InkQueryError>> query(const worker::InkQuery& query,
                                                               const crypto::KeyPair& who) const;

private:
    Outcome<Bytes> post(const std::string& method, ByteView body) const;

    std::string host_, port_;
};

} // namespace phala::cli
