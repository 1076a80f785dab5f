using System.Net;
using System.Net.Sockets;
using System.Text;
using Hongbao.Foundation.Stores;
using Hongbao.Gateway.Problems;

namespace Hongbao.Gateway.Tests;

public sealed class ProblemTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>The table of the contract, written out by hand, and INTERNAL.</summary>
    public static TheoryData<ResultCode, int, string> Table => new()
    {
        { ResultCode.ValidationFailed, 400, "VALIDATION_FAILED" },
        { ResultCode.Unauthenticated, 401, "UNAUTHENTICATED" },
        { ResultCode.Forbidden, 403, "FORBIDDEN" },
        { ResultCode.NotInScope, 403, "NOT_IN_SCOPE" },
        { ResultCode.RiskRefused, 403, "RISK_REFUSED" },
        { ResultCode.NotFound, 404, "NOT_FOUND" },
        { ResultCode.PacketNotActive, 409, "PACKET_NOT_ACTIVE" },
        { ResultCode.PacketExhausted, 409, "PACKET_EXHAUSTED" },
        { ResultCode.PacketExpired, 409, "PACKET_EXPIRED" },
        { ResultCode.IdempotencyMismatch, 409, "IDEMPOTENCY_MISMATCH" },
        { ResultCode.SubsidyNotUsable, 409, "SUBSIDY_NOT_USABLE" },
        { ResultCode.LimitExceeded, 409, "LIMIT_EXCEEDED" },
        { ResultCode.CampaignNotOpen, 409, "CAMPAIGN_NOT_OPEN" },
        { ResultCode.PayloadTooLarge, 413, "PAYLOAD_TOO_LARGE" },
        { ResultCode.ContentRejected, 422, "CONTENT_REJECTED" },
        { ResultCode.InsufficientFunds, 409, "INSUFFICIENT_FUNDS" },
        { ResultCode.ClaimBusy, 429, "CLAIM_BUSY" },
        { ResultCode.RateLimited, 429, "RATE_LIMITED" },
        { ResultCode.Degraded, 503, "DEGRADED" },
        { ResultCode.Overloaded, 503, "OVERLOADED" },
        { ResultCode.Internal, 500, "INTERNAL" },
    };

    [Fact]
    public void The_table_of_this_test_names_every_code() =>
        Assert.Equal(Enum.GetValues<ResultCode>().Except([ResultCode.Ok]), Table.Select(r => r.Data.Item1));

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Every_ending_has_the_status_and_code_of_the_contract(ResultCode code, int status, string name)
    {
        var result = Result.Of(code);
        _host.Core.Create = (_, _, _) => Task.FromResult(new CreatePacketResponse { Result = result });
        _host.Core.Claim = (_, _, _) => Task.FromResult(new ClaimResponse { Result = result });
        _host.Query.Result = result;
        Answer[] answers =
        [
            await _host.PostAsync("/api/v1/packets", PacketTests.Body()),
            await _host.PostAsync("/api/v1/packets/9001/claims"),
            await _host.GetAsync("/api/v1/packets/9001"),
        ];
        foreach (var answer in answers)
        {
            answer.IsProblem(status, name);
            Assert.Equal(status is 429 or 503 ? "1" : null, answer.Header("Retry-After"));
            Assert.Equal(code == ResultCode.ClaimBusy, answer.Json.TryGetProperty("retryAfterMs", out _));
            Assert.Equal(code == ResultCode.ClaimBusy, answer.Json.TryGetProperty("maxPolls", out _));
            Assert.Equal(status == 401, answer.Header("WWW-Authenticate") is not null);
            Assert.Equal("urn:hongbao:problem:" + name.ToLowerInvariant().Replace('_', '-'), answer.Json.GetProperty("type").GetString());
        }
    }

    [Fact]
    public async Task Faults_of_core_become_errors_one_to_one()
    {
        _host.Core.Create = (_, _, _) => Task.FromResult(new CreatePacketResponse
        {
            Result = new Result
            {
                Code = ResultCode.ValidationFailed,
                Faults = [new() { Field = "amount", Message = "first" }, new() { Field = "count", Message = "other" }, new() { Field = "amount", Message = "second" }],
            },
        });
        var answer = (await _host.PostAsync("/api/v1/packets", PacketTests.Body())).IsProblem(400, "VALIDATION_FAILED");
        Assert.Equal("""{"amount":["first","second"],"count":["other"]}""", answer.Json.GetProperty("errors").GetRawText());
    }

    [Fact]
    public async Task A_detail_for_users_is_passed_on()
    {
        _host.Core.Create = (_, _, _) => Task.FromResult(new CreatePacketResponse { Result = Result.Of(ResultCode.Degraded, "红包暂停发送") });
        Assert.Equal("红包暂停发送", (await _host.PostAsync("/api/v1/packets", PacketTests.Body())).IsProblem(503, "DEGRADED").Json.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData(1, "1")]
    [InlineData(1000, "1")]
    [InlineData(1001, "2")]
    [InlineData(int.MaxValue, "3600")]
    public async Task Retry_after_is_in_seconds_rounded_up(int milliseconds, string seconds)
    {
        _host.Core.Create = (_, _, _) => Task.FromResult(new CreatePacketResponse { Result = new Result { Code = ResultCode.RateLimited, RetryAfterMs = milliseconds } });
        Assert.Equal(seconds, (await _host.PostAsync("/api/v1/packets", PacketTests.Body())).Header("Retry-After"));
    }

    public static TheoryData<Exception, int, string> Exceptions => new()
    {
        { new TimeoutException("secret-host"), 503, "OVERLOADED" },
        { new OperationCanceledException("secret-host"), 503, "OVERLOADED" },
        { new InvalidOperationException("select * from secret-host"), 500, "INTERNAL" },
        { new IOException("secret-host"), 500, "INTERNAL" },
    };

    [Theory]
    [MemberData(nameof(Exceptions))]
    public async Task An_exception_becomes_a_problem_that_shows_nothing_of_the_inside(Exception exception, int status, string code)
    {
        _host.Core.Create = (_, _, _) => Task.FromException<CreatePacketResponse>(exception);
        _host.Core.Claim = (_, _, _) => throw exception;
        foreach (var answer in new[] { await _host.PostAsync("/api/v1/packets", PacketTests.Body()), await _host.PostAsync("/api/v1/packets/9001/claims") })
        {
            answer.IsProblem(status, code);
            Assert.DoesNotContain("secret-host", answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("Exception", answer.Body, StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        }

        Assert.Contains(_host.Logs.Lines, l => l.Contains("secret-host", StringComparison.Ordinal) && l.Contains("uid 10**", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_detail_of_an_internal_fault_stays_inside()
    {
        _host.Core.Create = (_, _, _) => Task.FromResult(new CreatePacketResponse { Result = Result.Of(ResultCode.Internal, "secret-host") });
        Assert.DoesNotContain("secret-host", (await _host.PostAsync("/api/v1/packets", PacketTests.Body())).IsProblem(500, "INTERNAL").Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_of_a_newer_module_is_an_internal_fault_and_logged_once()
    {
        _host.Core.Create = (_, _, _) => Task.FromResult(new CreatePacketResponse { Result = Result.Of((ResultCode)77, "a word that nobody here knows") });
        for (var i = 0; i < 3; i++)
        {
            var body = (await _host.PostAsync("/api/v1/packets", PacketTests.Body())).IsProblem(500, "INTERNAL").Body;
            Assert.DoesNotContain("nobody here knows", body, StringComparison.Ordinal);
        }

        Assert.Single(_host.Logs.Lines, static l => l.Contains("ResultCode 77", StringComparison.Ordinal));
        Assert.DoesNotContain(_host.Logs.Lines, static l => l.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unknown_path_is_a_problem() => (await _host.GetAsync("/api/v1/nothing")).IsProblem(404, "NOT_FOUND");

    [Fact]
    public async Task A_wrong_method_is_a_problem_that_names_the_right_ones()
    {
        var answer = (await _host.SendAsync(HttpMethod.Delete, "/api/v1/packets")).IsProblem(405, "METHOD_NOT_ALLOWED");
        Assert.Equal("GET,POST", string.Join(',', answer.ContentHeaders.Allow.Order()));
    }

    [Theory]
    [InlineData(400, "VALIDATION_FAILED")]
    [InlineData(415, "VALIDATION_FAILED")]
    [InlineData(408, "REQUEST_TIMEOUT")]
    [InlineData(413, "PAYLOAD_TOO_LARGE")]
    [InlineData(500, "INTERNAL")]
    public void An_ending_of_the_framework_has_a_code(int status, string code) =>
        Assert.Equal((status, code), (ProblemTable.OfStatus(status).Status, ProblemTable.OfStatus(status).Code));

    [Fact]
    public async Task A_request_that_is_not_http_does_not_stop_the_service()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _host.Address.Port);
        await socket.GetStream().WriteAsync("GET /\r\n\r\n\0\0"u8.ToArray());
        using var reader = new StreamReader(socket.GetStream(), Encoding.ASCII);
        Assert.StartsWith("HTTP/1.1 400", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(200, (await _host.GetAsync("/healthz", null)).Status);
    }

    [Fact]
    public async Task A_trace_id_sent_along_comes_back_in_the_problem()
    {
        var answer = await _host.GetAsync("/api/v1/nothing", "", ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", answer.Json.GetProperty("traceId").GetString());
    }
}
