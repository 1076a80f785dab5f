using Hongbao.Testing;

namespace Hongbao.Crash.Tests;

/// <summary>Settings of a process that looks again after a second where it would after half a minute, so that tests see it end.</summary>
internal static class Hurry
{
    public static Dictionary<string, string> SettingsFor(TestDatabase database) => new(ServerProcess.SettingsFor(database))
    {
        ["HONGBAO_Core__TtlSecondsMin"] = "1",
        ["HONGBAO_Core__PullAfterMs"] = "1000",
        ["HONGBAO_Core__WithdrawalsPerDayMax"] = "1000000",
        ["HONGBAO_Core__WithdrawAmountPerDayMax"] = "1000000000",
        ["HONGBAO_Core__WithdrawAdvanceMs"] = "500",
        ["HONGBAO_Campaign__LeaseSeconds"] = "2",
        ["HONGBAO_Campaign__RefreshMs"] = "50",
        ["HONGBAO_Campaign__CheckMs"] = "30",
        ["HONGBAO_Async__PullAfterMs"] = "1000",
        ["HONGBAO_Async__CheckMs"] = "100",
        ["HONGBAO_Async__CheckMsMax"] = "1000",
        ["HONGBAO_Query__RepairAfterMs"] = "1000",
    };
}
