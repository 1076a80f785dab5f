using System.Globalization;
using System.Text;
using Hongbao.Foundation.Stores;
using Hongbao.Simulation.Tests.Models;

namespace Hongbao.Simulation.Tests;

/// <summary>Runs worlds for tests, and tells what was wrong as shortly as it can be shown.</summary>
internal static class Exploration
{
    /// <summary>What was met; fails with a report when the model forbids something of it.</summary>
    /// <param name="run">Runs a plan.</param>
    /// <param name="seedVariable">Runs a world again, by its seed.</param>
    /// <param name="dialect">Its database.</param>
    /// <param name="plan">The plan.</param>
    public static async Task<IReadOnlyDictionary<string, int>> RunAsync(Func<SqlDialect, Plan, Task<RunResult>> run, string seedVariable, SqlDialect dialect, Plan plan)
    {
        var (_, met, violation, lines) = await run(dialect, plan);
        if (violation is null)
        {
            return met;
        }

        var report = new StringBuilder($"world {plan.Seed}, sequence {violation.Sequence?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}: {violation.Message}\n");
        if (violation.Sequence is { } sequence && dialect == SqlDialect.Sqlite
            && await ShrinkAsync(run, dialect, plan with { Only = sequence }) is { } smaller)
        {
            report.Append(CultureInfo.InvariantCulture, $"The sequence alone, {smaller.Operations} operations, fails as well: {smaller.Violation.Message}\n");
            lines = smaller.Lines;
        }

        report.Append(CultureInfo.InvariantCulture, $"Run this world again with {seedVariable}={plan.Seed}.\n");
        Assert.Fail(report.AppendJoin('\n', lines.TakeLast(400)).ToString());
        return met;
    }

    // The sequence alone, then as few of its operations as still fail.
    private static async Task<(int Operations, ModelViolation Violation, string[] Lines)?> ShrinkAsync(Func<SqlDialect, Plan, Task<RunResult>> run, SqlDialect dialect, Plan plan)
    {
        (int, ModelViolation, string[])? smallest = null;
        foreach (var operations in new[] { 40, 20, 12, 8, 6, 5, 4, 3, 2, 1 })
        {
            var (_, _, violation, lines) = await run(dialect, plan with { OperationsMax = operations });
            if (violation is null)
            {
                break;
            }

            smallest = (operations, violation, lines);
        }

        return smallest;
    }

    /// <summary>A number of the environment.</summary>
    public static long? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>Away from the runner's own context: all that is awaited runs on the pool's one thread.</summary>
    public static Task OnOneThread(Func<Task> work) => Task.Run(work);
}
