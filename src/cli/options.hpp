#pragma once
// What the command line said.
#include "base/json.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace phala::cli {

struct Options {
    std::string node = "ws://127.0.0.1:9944";
    std::string worker = "http://127.0.0.1:8000";
    bool json = false;
    bool quiet = false;            ///< tell nothing while waiting
    std::string from = "//Alice";  ///< a secret URI, or file:PATH of one or of a keystore
    std::string password_file;     ///< of the keystore
    std::string new_password_file; ///< of one to be written
    std::string who, to, amount, file, contract, name, salt = "0x", uri;
    std::vector<std::string> arguments;
    std::uint64_t cluster = 1;
    bool plain = false;
    bool estimate = false;
    bool indeterministic = false;           ///< code with floats
    std::string value = "0", deposit = "0"; ///< in PHA
    std::string type;                       ///< of log records
    std::string shell;
    std::uint32_t level = 5; ///< of log lines
    std::uint64_t count = 20;
    bool follow = false;
};

/// One line of JSON, or names and values in columns.
void show(const Options& options, const json::Value& value);

} // namespace phala::cli
