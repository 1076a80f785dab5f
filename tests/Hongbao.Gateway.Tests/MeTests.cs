namespace Hongbao.Gateway.Tests;

public sealed class MeTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Me_has_name_picture_and_app() =>
        Assert.Equal("""{"uid":"1001","name":"user 1001","avatar":"/avatars/1001.svg","app":"default"}""", (await _host.GetAsync("/api/v1/me")).Body);

    [Fact]
    public async Task Me_without_profiles_has_no_name()
    {
        _host.Profiles.Failure = new TimeoutException();
        Assert.Equal("""{"uid":"1001","name":"","avatar":"","app":"default"}""", (await _host.GetAsync("/api/v1/me")).Body);
    }

    [Fact]
    public async Task Sent_and_received_come_with_totals_of_the_year()
    {
        _host.Query.Next = "n";
        var sent = await _host.GetAsync("/api/v1/me/packets/sent?year=2025");
        Assert.Equal("""{"count":5,"amount":50000}""", sent.Json.GetProperty("totals").GetRawText());
        Assert.Equal(2025, ((PageRequest)_host.Query.Asked.Last().Request).Year);
        var received = await _host.GetAsync("/api/v1/me/packets/received");
        Assert.Equal(
            """{"items":[{"claimNo":"77","packetNo":"9001","seq":1,"sender":"1002","senderName":"Lin","senderAvatar":"","greeting":"hi","amount":888,"status":"TRANSFERRING","claimedAt":"2026-02-17T12:00:00.007Z"}],"totals":{"count":1,"amount":888},"next":"n"}""",
            received.Body);
        Assert.Equal(0, ((PageRequest)_host.Query.Asked.Last().Request).Year);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1999")]
    [InlineData("3000")]
    [InlineData("twenty")]
    public async Task A_year_that_is_none_is_refused(string year)
    {
        (await _host.GetAsync("/api/v1/me/packets/sent?year=" + year)).Blames("year");
        (await _host.GetAsync("/api/v1/me/packets/received?year=" + year)).Blames("year");
    }

    [Fact]
    public async Task The_wallet_and_its_statement_have_the_shapes_of_the_contract()
    {
        Assert.Equal("""{"currency":"CNY","change":123,"reward":0}""", (await _host.GetAsync("/api/v1/me/wallet")).Body);
        Assert.Equal(
            """{"items":[{"entryNo":"5","kind":"transfer","account":"change","amount":888,"balance":1011,"packetNo":"9001","at":"2026-02-17T12:00:00.000Z"},{"entryNo":"4","kind":"payment","account":"change","amount":-100,"balance":123,"at":"2026-02-17T11:58:20.000Z"}],"next":"4"}""",
            (await _host.GetAsync("/api/v1/me/wallet/entries?limit=2&cursor=9")).Body);
        var page = (PageRequest)_host.Finance.Asked.Single().Request;
        Assert.Equal((2, "9"), (page.Limit, page.Cursor));
    }

    [Fact]
    public async Task Subsidies_show_what_they_can_be_used_by_and_whose_part_is_missing()
    {
        Assert.Equal("""{"items":[],"degraded":[]}""", (await _host.GetAsync("/api/v1/me/subsidies")).Body);
        _host.Query.Subsidies = new SubsidyListResponse
        {
            Items =
            [
                new SubsidyItem { Token = "k1.token", CampaignId = 71, Amount = 888, Currency = "CNY", Status = SubsidyStatus.Issued, ExpiresAtMs = 1_771_329_600_007 },
                new SubsidyItem { SubsidyNo = 12, Token = "k1.other", CampaignId = 71, Amount = 20, Currency = "CNY", Status = SubsidyStatus.Available, ExpiresAtMs = 1_771_329_600_007 },
                new SubsidyItem { SubsidyNo = 13, CampaignId = 71, Amount = 20, Currency = "CNY", Status = SubsidyStatus.Used, ExpiresAtMs = 1_771_329_600_007, PacketNo = 9001 },
                new SubsidyItem { SubsidyNo = 14, CampaignId = 71, Amount = 20, Currency = "CNY", Status = SubsidyStatus.Expired, ExpiresAtMs = 1_771_329_600_007 },
            ],
            Degraded = ["campaign"],
        };
        Assert.Equal(
            """
            {"items":[{"token":"k1.token","campaignId":"71","amount":888,"currency":"CNY","status":"ISSUED","expiresAt":"2026-02-17T12:00:00.007Z"},
            {"subsidyNo":"12","token":"k1.other","campaignId":"71","amount":20,"currency":"CNY","status":"AVAILABLE","expiresAt":"2026-02-17T12:00:00.007Z"},
            {"subsidyNo":"13","campaignId":"71","amount":20,"currency":"CNY","status":"USED","expiresAt":"2026-02-17T12:00:00.007Z","packetNo":"9001"},
            {"subsidyNo":"14","campaignId":"71","amount":20,"currency":"CNY","status":"EXPIRED","expiresAt":"2026-02-17T12:00:00.007Z"}],"degraded":["campaign"]}
            """.Replace("\n", "", StringComparison.Ordinal),
            (await _host.GetAsync("/api/v1/me/subsidies")).Body);
        Assert.Equal(1001, _host.Query.Asked.Last().Context.Uid);
    }

    [Theory]
    [InlineData(ResultCode.Degraded, 503, "DEGRADED")]
    [InlineData(ResultCode.Overloaded, 503, "OVERLOADED")]
    [InlineData(ResultCode.Internal, 500, "INTERNAL")]
    public async Task Subsidies_that_cannot_be_listed_say_why(ResultCode code, int status, string name)
    {
        _host.Query.Result = Result.Of(code);
        (await _host.GetAsync("/api/v1/me/subsidies")).IsProblem(status, name);
        (await _host.GetAsync("/api/v1/me/subsidies", null)).IsProblem(401, "UNAUTHENTICATED");
    }
}
