namespace Hongbao.Gateway.Tests;

public sealed class OperationTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private Task<Answer> SetAsync(string body) => _host.PutAsync("/ops/v1/finance/faults", body, _host.Token("4711", "admin"));

    [Fact]
    public async Task Faults_are_shown()
    {
        var answer = await _host.GetAsync("/ops/v1/finance/faults", _host.Token(role: "admin"));
        Assert.Equal(7, answer.Json.GetProperty("seed").GetInt32());
        Assert.Equal(("pay", 50), (answer.Json.GetProperty("operations")[0].GetProperty("operation").GetString(), answer.Json.GetProperty("operations")[0].GetProperty("latencyMs").GetInt32()));
    }

    [Fact]
    public async Task Faults_are_set_with_a_reason_that_is_logged()
    {
        const string operation = """
            {"operation":"transfer","latencyMs":1,"failPermille":2,"lostAnswerPermille":3,"laterPermille":4,"laterMs":5,"refusePermille":6,"notFoundPermille":7,"callbackLostPermille":8,"callbackLatePermille":9,"callbackLateMs":10,"callbackRepeatPermille":11}
            """;
        var answer = await SetAsync($$"""{"reason":"drill of today","seed":42,"operations":[{{operation}}]}""");
        Assert.Equal((200, 42), (answer.Status, answer.Json.GetProperty("seed").GetInt32()));
        Assert.Equal(operation.Trim(), answer.Json.GetProperty("operations")[0].GetRawText());
        var set = (FinanceFaults)_host.Finance.Asked.Single().Request;
        Assert.Equal(
            new FinanceFault
            {
                Operation = "transfer",
                LatencyMs = 1,
                FailPermille = 2,
                LostAnswerPermille = 3,
                LaterPermille = 4,
                LaterMs = 5,
                RefusePermille = 6,
                NotFoundPermille = 7,
                CallbackLostPermille = 8,
                CallbackLatePermille = 9,
                CallbackLateMs = 10,
                CallbackRepeatPermille = 11,
            },
            set.Operations.Single());
        Assert.Contains(_host.Logs.Lines, l => l.Contains("drill of today", StringComparison.Ordinal) && l.Contains("uid 47**", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"operations":[]}""", "reason")]
    [InlineData("""{"reason":"","operations":[]}""", "reason")]
    [InlineData("""{"reason":" \u3000 ","operations":[]}""", "reason")]
    [InlineData("""{"reason":"a\nb","operations":[]}""", "reason")]
    [InlineData("""{"reason":"x"}""", "operations")]
    [InlineData("""{"reason":"x","operations":[1]}""", "operations")]
    [InlineData("""{"reason":"x","operations":[{}]}""", "operations[0].operation")]
    [InlineData("""{"reason":"x","operations":[{"operation":"pay","latencyMs":"1"}]}""", "operations[0].latencyMs")]
    [InlineData("""{"reason":"x","operations":[],"seed":1.5}""", "seed")]
    public async Task Faults_are_read_strictly(string body, string field)
    {
        (await SetAsync(body)).Blames(field);
        Assert.Empty(_host.Finance.Asked);
    }

    [Fact]
    public async Task Finance_validates_the_faults_as_a_whole()
    {
        _host.Finance.OperationsResult = Result.Invalid("operations[0].latencyMs", "must be from 0 to 60000");
        (await SetAsync("""{"reason":"drill of today","operations":[{"operation":"pay","latencyMs":70000}]}""")).Blames("operations[0].latencyMs");
        var told = Assert.Single(_host.Logs.Lines, l => l.Contains("drill of today", StringComparison.Ordinal));
        Assert.Contains("not set", told, StringComparison.Ordinal);
        Assert.DoesNotContain("faults set", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_trial_balance_is_shown() => Assert.Equal(
        """{"lines":[{"currency":"CNY","kind":"escrow","accounts":3,"balance":-500},{"currency":"CNY","kind":"change","accounts":2,"balance":500}],"faults":["posting 9 does not balance"]}""",
        (await _host.GetAsync("/ops/v1/finance/ledger", _host.Token(role: "operator"))).Body);
}
