using System.CommandLine;
using System.Runtime.InteropServices;
using Hongbao.Foundation.Chance;
using Hongbao.Host.Demo.Api;
using Hongbao.Host.Demo.Audits;
using Hongbao.Host.Demo.Plans;
using Hongbao.Host.Demo.Runs;
using Spectre.Console;

namespace Hongbao.Host.Demo;

/// <summary>
/// <c>hongbao demo</c>: drives a running server through its HTTP door and audits the money from outside. Ends with 0 when all is exact,
/// 1 when a cent or a check is off, 2 when it cannot be run there.
/// </summary>
internal static class DemoCommand
{
    private const int Exact = 0;
    private const int NotExact = 1;
    private const int CannotRun = 2;
    private const int DeadlineSecondsMax = 3600;

    /// <summary>The command, writing to the terminal.</summary>
    internal static Command Create() => Create(Terminal.Open(), TimeProvider.System);

    /// <summary>The command on a given console and clock.</summary>
    internal static Command Create(IAnsiConsole console, TimeProvider clock)
    {
        var url = new Option<string>("--url") { Description = "Address of a running server that gives development tokens.", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        var users = new Option<int>("--users")
        {
            Description = $"How many users take part, {DemoPlanner.UsersMin} to {DemoPlanner.UsersMax}; they are {DemoPlanner.FirstUid} and following whatever the seed.",
            DefaultValueFactory = _ => 50,
        };
        var packets = new Option<int>("--packets") { Description = $"How many packets they send, 1 to {DemoPlanner.PacketsMax}.", DefaultValueFactory = _ => 20 };
        var seed = new Option<long>("--seed")
        {
            Description = "Decides who sends what, who opens what, and how finance misbehaves. Not from it: the run's id in request ids, draws, and the order in which requests arrive.",
            DefaultValueFactory = _ => 1,
        };
        var deadline = new Option<int>("--deadline") { Description = "Seconds to wait at the end until all money rests.", DefaultValueFactory = _ => 60 };
        var command = new Command("demo", "Send, pay and open packets on a running server while finance misbehaves, then audit every cent from outside.")
        {
            url, users, packets, seed, deadline,
        };
        url.Validators.Add(ServerAddress.Check);
        users.Between(DemoPlanner.UsersMin, DemoPlanner.UsersMax);
        packets.Between(1, DemoPlanner.PacketsMax);
        seed.Between(long.MinValue, long.MaxValue);
        deadline.Between(1, DeadlineSecondsMax);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var plan = DemoPlanner.Draw(parsed.GetValue(seed), parsed.GetValue(users), parsed.GetValue(packets));
            using var client = DemoClient.Connect(ServerAddress.TryParse(parsed.GetValue(url)!)!, clock);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

            // The first Ctrl-C leaves time to put finance's switches back; the second does not.
            void Stop(PosixSignalContext signal)
            {
                signal.Cancel = !stop.IsCancellationRequested;
                stop.Cancel();
            }

            using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            try
            {
                return await RunAsync(console, clock, client, plan, TimeSpan.FromSeconds(parsed.GetValue(deadline)), stop.Token);
            }
            catch (DemoStoppedException e)
            {
                console.WriteLine(e.Message);
                return CannotRun;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                console.WriteLine("Broken off; the money was not audited.");
                return CannotRun;
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(IAnsiConsole console, TimeProvider clock, DemoClient client, DemoPlan plan, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        Task<(DemoFacts Facts, DemoScene Scene)> PlayAsync(IDemoProgress progress) =>
            new DemoRun(client, plan, deadline, clock, new SecureRandomSource(), progress).RunAsync(cancellationToken);
        var (facts, scene) = console.Profile.Capabilities.Interactive
            ? await LiveProgress.On(console).StartAsync(context => PlayAsync(new LiveProgress(context, console)))
            : await PlayAsync(new PlainProgress(console));
        var report = MoneyAudit.Of(facts);
        DemoReport.Write(console, report, facts, scene, clock.GetElapsedTime(start));
        return report.IsExact ? Exact : NotExact;
    }
}
