using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

public sealed class LimitsTests
{
    [Fact]
    public async Task The_limits_that_are_told_are_those_that_packets_are_held_to()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite, static o =>
        {
            (o.CountMax, o.ShareMax, o.GreetingMax, o.TtlSecondsMin, o.TtlSecondsDefault, o.TtlSecondsMax, o.OpensAheadSecondsMax) = (7, 300, 9, 11, 12, 13, 60);
            o.Currencies = ["EUR", "USD"];
        });

        var limits = await harness.Core.GetLimitsAsync(CoreHarness.System, default);

        Assert.Equal(new LimitsResponse
        {
            Currency = "EUR",
            MaxCount = 7,
            MinShare = 1,
            MaxShare = 300,
            MaxGreeting = 9,
            MinTtlSeconds = 11,
            MaxTtlSeconds = 13,
            DefaultTtlSeconds = 12,
            MaxOpensAheadSeconds = 60,
        }, limits);
        var most = CoreHarness.Request(limits.MaxCount * limits.MaxShare, limits.MaxCount) with { Currency = limits.Currency, Greeting = new string('g', limits.MaxGreeting) };
        Assert.Equal(ResultCode.Ok, (await harness.CreateAsync(most with { TtlSeconds = limits.MaxTtlSeconds })).Result.Code);
        foreach (var beyond in new[]
        {
            most with { Amount = most.Amount + 1 }, most with { Count = most.Count + 1 }, most with { Greeting = most.Greeting + "g" },
            most with { TtlSeconds = limits.MinTtlSeconds - 1 }, most with { TtlSeconds = limits.MaxTtlSeconds + 1 }, most with { Amount = (limits.MinShare * most.Count) - 1 },
        })
        {
            Assert.Equal(ResultCode.ValidationFailed, (await harness.CreateAsync(beyond with { RequestId = CoreHarness.Request().RequestId })).Result.Code);
        }
    }

    [Fact]
    public async Task Without_settings_the_currency_is_the_yuan()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        Assert.Equal("CNY", (await harness.Core.GetLimitsAsync(CoreHarness.System, default)).Currency);
    }
}
