#include "examples/check_system.hpp"

#include "examples/usd.hpp"
#include "system/system.hpp"

namespace phat::examples {

using system::System;

namespace {

std::expected<AccountId, system::Error> sidevm_driver(const View<CheckSystem>& view)
{
    const auto driver = view.at<System>(pink::system_contract_id()).call(System::get_driver{.name = "SidevmOperation"});
    if (!driver || !*driver)
        return std::unexpected{system::Error::DriverNotFound};
    return **driver;
}

} // namespace

void CheckSystem::on(set_hook message, Env<CheckSystem>& env)
{
    // refused unless this contract is an administrator: then nothing is called
    (void)env.at<System>(pink::system_contract_id())
        .call(System::set_hook{pink::HookPoint::OnBlockEnd, env.self(), on_block_end::selector, message.gas_limit});
}

std::pair<std::uint16_t, std::string> CheckSystem::on(http_get message) const
{
    const auto answer = pink::http_get(std::move(message.url));
    return {answer.status_code, std::string{phala::text_of(answer.body)}};
}

std::expected<std::vector<std::uint16_t>, std::string> CheckSystem::on(batch_http_get message) const
{
    std::vector<pink::HttpRequest> requests;
    for (auto& url : message.urls)
        requests.push_back({std::move(url), "GET", {}, {}});
    const auto answers = pink::batch_http_request(requests, message.timeout_ms);
    if (!answers)
        return std::unexpected{std::string{phala::reflect::enumerator_name(answers.error())}};
    std::vector<std::uint16_t> out;
    for (std::size_t i = 0; i < answers->size(); ++i) // libc++ cannot compare iterators over std::expected
        out.push_back((*answers)[i] ? (*answers)[i]->status_code : std::uint16_t{0});
    return out;
}

std::pair<Balance, Balance> CheckSystem::on(direct_balance_of message) const
{
    const auto balance = pink::balance_of(message.account);
    return {balance.total, balance.free};
}

Balance CheckSystem::on(free_balance_of message, const View<CheckSystem>& view) const
{
    return view.at<System>(pink::system_contract_id()).call(System::free_balance_of{message.account}).value_or(0);
}

Balance CheckSystem::on(total_balance_of message, const View<CheckSystem>& view) const
{
    return view.at<System>(pink::system_contract_id()).call(System::total_balance_of{message.account}).value_or(0);
}

bool CheckSystem::on(code_exists message) const
{
    return pink::code_exists(message.hash, message.is_sidevm ? pink::CodeType::Sidevm : pink::CodeType::Ink);
}

std::pair<std::uint64_t, Hash> CheckSystem::on(event_chain_head) const
{
    const auto head = pink::current_event_chain_head();
    return {head.next_number, head.last};
}

void CheckSystem::on(call_chain_ext message) const
{
    std::uint32_t size = host::kBufferSize;
    host::phat_call_chain_extension(message.id, nullptr, 0, host::buffer, &size);
}

CheckSystem::Version CheckSystem::on(system_contract_version, const View<CheckSystem>& view) const
{
    return view.at<System>(pink::system_contract_id()).call(System::version{}).value_or(Version{});
}

std::optional<std::uint64_t> CheckSystem::on(parse_usd message, const View<CheckSystem>& view) const
{
    return view.delegate<Usd>(message.delegate, Usd::parse_usd{std::move(message.json)}).value_or(std::nullopt);
}

pink::JsValue CheckSystem::on(eval_js message, const View<CheckSystem>& view) const
{
    const auto given = view.delegate<Interpreter>(
        message.delegate, Interpreter::eval{std::move(message.script), std::move(message.args)});
    if (!given)
        return pink::JsException{std::string{phala::reflect::enumerator_name(given.error())}};
    if (!*given)
        return pink::JsException{given->error()};
    if (const auto* output = (*given)->get_if<pink::JsString>())
        return *output;
    if (const auto* bytes = (*given)->get_if<pink::JsBytes>())
        return *bytes;
    return pink::JsUndefined{};
}

bool CheckSystem::on(start_sidevm, Env<CheckSystem>& env)
{
    return sidevm_driver(env).has_value();
}

std::expected<Balance, system::Error> CheckSystem::on(calc_paid_sidevm_price, const View<CheckSystem>& view) const
{
    if (const auto driver = sidevm_driver(view); !driver)
        return std::unexpected{driver.error()};
    return std::unexpected{system::Error::ConditionNotMet};
}

std::expected<void, system::Error> CheckSystem::on(deploy_paid_sidevm, Env<CheckSystem>& env)
{
    if (const auto driver = sidevm_driver(env); !driver)
        return std::unexpected{driver.error()};
    return std::unexpected{system::Error::ConditionNotMet};
}

} // namespace phat::examples
