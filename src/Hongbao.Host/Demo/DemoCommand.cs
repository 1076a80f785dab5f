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
    private const int Users = 50;
    private const int Packets = 20;
    private const int RainUsers = 2000;
    private const int RainPackets = 200;

    /// <summary>The command, writing to the terminal.</summary>
    internal static Command Create() => Create(Terminal.Open(), TimeProvider.System);

    /// <summary>The command on a given console and clock.</summary>
    internal static Command Create(IAnsiConsole console, TimeProvider clock)
    {
        var url = new Option<string>("--url") { Description = "Address of a running server that gives development tokens.", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        var users = new Option<int?>("--users")
        {
            Description = $"How many users take part, {DemoPlanner.UsersMin} to {DemoPlanner.UsersMax}, or {RainPlanner.UsersMax} in a rain; they are {DemoPlanner.FirstUid} and following whatever the "
                + $"seed. {Users} when not said, {RainUsers} in a rain.",
        };
        var packets = new Option<int?>("--packets")
        {
            Description = $"How many packets they send, 1 to {DemoPlanner.PacketsMax}; in a rain how many winners send one, if so many win, 1 to {RainPlanner.PacketsMax}. {Packets} when not said, "
                + $"{RainPackets} in a rain.",
        };
        var rain = new Option<bool>("--b2c") { Description = "A campaign pays: its rain is drawn by all, winners send what they won, receivers withdraw." };
        var seed = new Option<long>("--seed")
        {
            Description = "Decides who sends what, who opens what, and how finance misbehaves. Not from it: the run's id in request ids, draws, and the order in which requests arrive.",
            DefaultValueFactory = _ => 1,
        };
        var deadline = new Option<int>("--deadline") { Description = "Seconds to wait at the end until all money rests.", DefaultValueFactory = _ => 60 };
        var command = new Command("demo", "Send, pay and open packets on a running server, or let a campaign's rain fall on it (--b2c), while finance misbehaves; then audit every cent from outside.")
        {
            url, rain, users, packets, seed, deadline,
        };
        url.Validators.Add(ServerAddress.Check);
        users.Between(DemoPlanner.UsersMin, DemoPlanner.UsersMax, rain, RainPlanner.UsersMin, RainPlanner.UsersMax);
        packets.Between(1, DemoPlanner.PacketsMax, rain, 1, RainPlanner.PacketsMax);
        seed.Between(long.MinValue, long.MaxValue);
        deadline.Between(1, DeadlineSecondsMax);
        command.SetAction(async (parsed, cancellationToken) =>
        {
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
                var patience = TimeSpan.FromSeconds(parsed.GetValue(deadline));
                return parsed.GetValue(rain)
                    ? await RunAsync(console, clock, client, RainPlanner.Draw(parsed.GetValue(seed), parsed.GetValue(users) ?? RainUsers, parsed.GetValue(packets) ?? RainPackets), patience, stop.Token)
                    : await RunAsync(console, clock, client, DemoPlanner.Draw(parsed.GetValue(seed), parsed.GetValue(users) ?? Users, parsed.GetValue(packets) ?? Packets), patience, stop.Token);
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
        var (facts, scene) = await ShowAsync(console, progress => new DemoRun(client, plan, deadline, clock, new SecureRandomSource(), progress).RunAsync(cancellationToken));
        var report = MoneyAudit.Of(facts);
        DemoReport.Write(console, report, facts, plan, scene, clock.GetElapsedTime(start));
        return report.IsExact ? Exact : NotExact;
    }

    private static async Task<int> RunAsync(IAnsiConsole console, TimeProvider clock, DemoClient client, RainPlan plan, TimeSpan deadline, CancellationToken cancellationToken)
    {
        console.WriteLine("Messages between modules are late and come again when the server was started with HONGBAO_Messaging__Faults__DelayMsMax=1500 HONGBAO_Messaging__Faults__RepeatPermille=300.");
        var start = clock.GetTimestamp();
        var (facts, scene) = await ShowAsync(console, progress => new RainRun(client, plan, deadline, clock, new SecureRandomSource(), progress).RunAsync(cancellationToken));
        var verdict = RainAudit.Of(facts);
        RainReport.Write(console, verdict, facts, scene, clock.GetElapsedTime(start));
        return verdict.IsExact ? Exact : NotExact;
    }

    private static async Task<T> ShowAsync<T>(IAnsiConsole console, Func<IDemoProgress, Task<T>> play) => console.Profile.Capabilities.Interactive
        ? await LiveProgress.On(console).StartAsync(context => play(new LiveProgress(context, console)))
        : await play(new PlainProgress(console));
}
