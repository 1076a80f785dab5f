using System.Globalization;
using Hongbao.Contracts;

namespace Hongbao.Core.Tests;

/// <summary>Subsidies that a campaign issued, and what tests do with them.</summary>
internal static class Wins
{
    public const long Winner = 8001;
    public const long Campaign = 501;
    private static long _wins;

    public sealed class Row
    {
        public long SubsidyNo { get; init; }
        public string ExternalNo { get; init; } = "";
        public SubsidyStatus State { get; init; }
        public long? PacketNo { get; init; }
        public long ExpiresAt { get; init; }
    }

    /// <summary>A fresh win of ten yuan that can be used for an hour.</summary>
    public static SubsidyIssued New(CoreHarness harness, long uid = Winner, long amount = 1000)
    {
        var now = harness.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        return new SubsidyIssued
        {
            App = CallContext.DefaultApp,
            ExternalNo = string.Create(CultureInfo.InvariantCulture, $"501-1-{Interlocked.Increment(ref _wins)}"),
            Uid = uid,
            CampaignId = Campaign,
            Amount = amount,
            Currency = "CNY",
            IssuedAtMs = now - 1000,
            ExpiresAtMs = now + 3_600_000,
        };
    }

    public static string Token(SubsidyIssued issued) => CoreHarness.Tokens.Make(issued, "k1");

    public static async Task<BookedSubsidiesResponse> BookAsync(this CoreHarness harness, params SubsidyIssued[] issued) =>
        await harness.Core.BookSubsidiesAsync(CoreHarness.System, new BookSubsidiesRequest { Items = [.. issued] }, default);

    /// <summary>Stores one and gives its number.</summary>
    public static async Task<long> BookedAsync(this CoreHarness harness, SubsidyIssued issued)
    {
        var answer = await harness.BookAsync(issued);
        Assert.True(answer.Result.IsOk(), answer.Result.Code.ToString());
        var one = Assert.Single(answer.Items);
        Assert.True(one.SubsidyNo > 0);
        return one.SubsidyNo;
    }

    public static CreatePacketRequest ByToken(SubsidyIssued issued) => CoreHarness.Request(issued.Amount) with { Token = Token(issued) };

    public static CreatePacketRequest ByNumber(SubsidyIssued issued, long subsidyNo) => CoreHarness.Request(issued.Amount) with { SubsidyNo = subsidyNo };

    /// <summary>A packet of the winner's.</summary>
    public static async Task<long> SubsidizedAsync(this CoreHarness harness, SubsidyIssued issued, int count = 10, int ttlSeconds = 0)
    {
        var created = await harness.CreateAsync(ByToken(issued) with { Count = count, TtlSeconds = ttlSeconds }, issued.Uid);
        Assert.True(created.Result.IsOk(), created.Result.Code.ToString());
        return created.PacketNo;
    }

    public static async Task<Row?> SubsidyAsync(this CoreHarness harness, SubsidyIssued issued) =>
        await harness.ReadAsync<Row>("select * from subsidies where app = @App and external_no = @ExternalNo", new { issued.App, issued.ExternalNo });

    public static async Task<List<FundingWanted>> FundingsWantedAsync(this CoreHarness harness) =>
        [.. (await harness.SentAsync<FundingsRequested>(Topics.FundingsRequested)).SelectMany(f => f.Items)];
}
