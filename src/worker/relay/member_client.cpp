#include "worker/relay/member_client.hpp"

#include "base/hex.hpp"

#include "prpc.pb.h"
#include "pruntime.pb.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace phala::worker {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::asio::ip::tcp;

std::string_view describe(MemberError error)
{
    switch (error) {
    case MemberError::BadUrl: return "a member's endpoint is no http:// address";
    case MemberError::Unreachable: return "a member of the cluster cannot be reached";
    case MemberError::Refused: return "a member of the cluster refused";
    }
    return "member";
}

namespace {

constexpr std::uint64_t kMaxState = 1ULL << 30U;

struct Place {
    std::string host, port, path;
};

Outcome<Place> place_of(std::string_view url)
{
    constexpr std::string_view kScheme = "http://";
    if (!url.starts_with(kScheme))
        return fail(MemberError::BadUrl, std::string{url});
    url.remove_prefix(kScheme.size());
    const auto slash = std::min(url.find('/'), url.size());
    const std::string_view authority = url.substr(0, slash);
    const auto colon = authority.rfind(':');
    Place out{std::string{authority.substr(0, colon)}, "80", std::string{url.substr(slash)}};
    if (colon != std::string_view::npos)
        out.port = authority.substr(colon + 1);
    if (out.host.empty() || out.port.empty())
        return fail(MemberError::BadUrl, std::string{url});
    return out;
}

using Response = http::response<http::string_body>;

/// One POST. The io_context runs until all is done or the time is up.
class Exchange {
public:
    Exchange(const Place& place, std::string body, std::chrono::milliseconds timeout)
        : place_{place},
          request_{http::verb::post, place.path + "/prpc/PhactoryAPI.SaveClusterState", 11, std::move(body)}
    {
        request_.set(http::field::host, place.host);
        request_.set(http::field::content_type, "application/octet-stream");
        request_.prepare_payload();
        parser_.body_limit(kMaxState);
        stream_.expires_after(timeout);
    }

    Outcome<Response> run()
    {
        resolver_.async_resolve(place_.host, place_.port, [this](beast::error_code error, const auto& found) {
            if (next(error))
                stream_.async_connect(found, [this](beast::error_code connected, const auto&) {
                    if (next(connected))
                        send();
                });
        });
        io_.run();
        if (error_)
            return fail(MemberError::Unreachable, place_.host + ":" + place_.port + ": " + error_.message());
        return parser_.release();
    }

private:
    bool next(beast::error_code error)
    {
        error_ = error;
        return !error;
    }
    void send()
    {
        http::async_write(stream_, request_, [this](beast::error_code error, std::size_t) {
            if (next(error))
                http::async_read(stream_, buffer_, parser_,
                                 [this](beast::error_code read, std::size_t) { next(read); });
        });
    }

    boost::asio::io_context io_;
    tcp::resolver resolver_{io_};
    beast::tcp_stream stream_{io_};
    Place place_;
    http::request<http::string_body> request_;
    http::response_parser<http::string_body> parser_;
    beast::flat_buffer buffer_;
    beast::error_code error_;
};

} // namespace

Outcome<SharedClusterState> ask_member(const std::string& url, const ClusterStateRequest& request,
                                       std::chrono::milliseconds timeout)
{
    PHALA_TRY(const auto place, place_of(url));
    pruntime_rpc::SaveClusterStateArguments arguments;
    arguments.set_receiver(to_hex(request.receiver));
    arguments.set_min_block_number(request.min_block);
    arguments.set_signature(to_hex(request.signature));
    PHALA_TRY(const auto response, Exchange(place, arguments.SerializeAsString(), timeout).run());
    if (response.result() != http::status::ok) {
        prpc::PrpcError error;
        const bool is_read = error.ParseFromString(response.body());
        return fail(MemberError::Refused,
                    url + ": " + (is_read ? error.message() : std::to_string(response.result_int())));
    }
    pruntime_rpc::SaveClusterStateResponse answer;
    if (!answer.ParseFromString(response.body()))
        return fail(MemberError::Refused, url + ": its answer is not understood");
    return SharedClusterState{answer.block_number(), to_bytes(bytes_of(answer.state()))};
}

} // namespace phala::worker
