#pragma once
// The commands. Each prints what it has to tell, or fails with a text for people.
#include "cli/options.hpp"

#include "base/result.hpp"

namespace phala::cli {

Outcome<> generate(const Options& options);
Outcome<> export_key(const Options& options);
Outcome<> inspect(const Options& options);
Outcome<> balance(const Options& options);
Outcome<> transfer(const Options& options);

Outcome<> worker_status(const Options& options);
Outcome<> cluster_status(const Options& options);
Outcome<> cluster_deposit(const Options& options);
Outcome<> cluster_balance(const Options& options);

Outcome<> upload(const Options& options);
Outcome<> instantiate(const Options& options);
Outcome<> query(const Options& options);
Outcome<> estimate(const Options& options);
Outcome<> call(const Options& options);

Outcome<> logs(const Options& options);
Outcome<> events(const Options& options);

} // namespace phala::cli
