using System.Text.Json;

namespace Hongbao.Bench.Http.Loading;

/// <summary>
/// <c>Hongbao.Bench load</c>: carries out plans from its standard input, one after the other, until that ends. For each it says <see cref="Started"/> and
/// <see cref="Ended"/> when measuring begins and ends, and then the result.
/// </summary>
internal static class LoadRole
{
    public const string Name = "load";
    public const string Started = "measuring";
    public const string Ended = "measured";

    public static int Run()
    {
        byte[][] tokens = [];
        var key = "";
        while (Console.In.ReadLine() is { } line)
        {
            var plan = JsonSerializer.Deserialize<LoadPlan>(line)!;
            if (key != plan.TokenKey || tokens.Length < plan.FirstUser + plan.Users)
            {
                (key, tokens) = (plan.TokenKey, Requests.SignTokens(plan.TokenKey, plan.FirstUser + plan.Users));
            }

            using var run = new LoadRun(plan, tokens, isBeginning => Console.WriteLine(isBeginning ? Started : Ended));
            Console.WriteLine(JsonSerializer.Serialize(run.Run()));
        }

        return 0;
    }
}
