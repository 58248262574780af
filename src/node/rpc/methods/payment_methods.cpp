#include "node/rpc/json.hpp"
#include "node/rpc/methods/api.hpp"
#include "node/rpc/methods/texts.hpp"
#include "primitives/weight.hpp"

#include <algorithm>

namespace phala::node::rpc {

namespace {

// what TransactionPaymentApi answers (spec substrate-host §4.6)
struct DispatchCost {
    Weight weight;
    DispatchClass dispatch_class;
    Balance partial_fee;
};
struct InclusionFee {
    Balance base_fee;
    Balance len_fee;
    Balance adjusted_weight_fee;
};
struct FeeDetails {
    std::optional<InclusionFee> inclusion_fee;
    Balance tip;
};

// and how it reads in JSON
struct WeightText {
    std::uint64_t ref_time;
    std::uint64_t proof_size;
};
struct InclusionFeeText {
    std::string baseFee;
    std::string lenFee;
    std::string adjustedWeightFee;
};

std::string digits(u128 value, unsigned base)
{
    std::string out;
    do {
        out.push_back("0123456789abcdef"[static_cast<unsigned>(value % base)]);
        value /= base;
    } while (value != 0);
    std::ranges::reverse(out);
    return out;
}

std::string hex_amount(Balance value)
{
    return "0x" + digits(value, 16);
}

std::string_view class_name(DispatchClass value)
{
    switch (value) {
    case DispatchClass::Normal: return "normal";
    case DispatchClass::Operational: return "operational";
    case DispatchClass::Mandatory: return "mandatory";
    }
    return "normal";
}

template <class T>
Outcome<T> ask(const Chain& chain, const H256& at, std::string_view function, const Bytes& extrinsic)
{
    // the extrinsic carries its own length prefix, so its bytes are its encoding
    Bytes arguments = extrinsic;
    append(arguments, le_bytes(static_cast<std::uint32_t>(extrinsic.size())));
    PHALA_TRY(auto answer, chain.call(at, function, arguments));
    return scale::decode<T>(answer);
}

} // namespace

void add_payment_methods(Methods& methods, const Api& api)
{
    Chain& chain = api.chain;
    methods.add({"payment_queryInfo"}, {"extrinsic", "hash"},
                [&chain](const Bytes& extrinsic, const std::optional<H256>& at) -> Reply {
                    RPC_TRY(auto cost, ask<DispatchCost>(chain, at.value_or(chain.heads().best.hash),
                                                         "TransactionPaymentApi_query_info", extrinsic));
                    json::object out;
                    out.emplace("weight", to_json(WeightText{cost.weight.ref_time, cost.weight.proof_size}));
                    out.emplace("class", to_json(class_name(cost.dispatch_class))); // a keyword of C++
                    out.emplace("partialFee", digits(cost.partial_fee, 10));
                    return ok(out);
                });
    methods.add({"payment_queryFeeDetails"}, {"extrinsic", "hash"},
                [&chain](const Bytes& extrinsic, const std::optional<H256>& at) -> Reply {
                    RPC_TRY(auto details, ask<FeeDetails>(chain, at.value_or(chain.heads().best.hash),
                                                          "TransactionPaymentApi_query_fee_details", extrinsic));
                    json::object out;
                    std::optional<InclusionFeeText> fee;
                    if (const auto& f = details.inclusion_fee)
                        fee = InclusionFeeText{hex_amount(f->base_fee), hex_amount(f->len_fee),
                                               hex_amount(f->adjusted_weight_fee)};
                    out.emplace("inclusionFee", to_json(fee));
                    return ok(out);
                });
}

} // namespace phala::node::rpc
