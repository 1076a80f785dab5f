using System.Collections.Frozen;
using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Faults;

/// <summary>The fault switches of every app: kept in the store, read from memory, replaced as a whole.</summary>
internal sealed class FaultSwitches(FinanceStore store)
{
    // Another instance's change is seen within this time.
    private static readonly TimeSpan ReloadEvery = TimeSpan.FromSeconds(2);
    private readonly Lock _gate = new();
    private volatile FrozenDictionary<string, AppSwitches> _apps = FrozenDictionary<string, AppSwitches>.Empty;

    private sealed record AppSwitches(long Version, Config Config, FrozenDictionary<string, OperationDice> Dice);

    private sealed class Config
    {
        public long Seed { get; init; }
        public List<FinanceFault> Operations { get; init; } = [];
    }

    private sealed class Row
    {
        public string App { get; init; } = "";
        public long Version { get; init; }
        public string Config { get; init; } = "";
    }

    /// <summary>The dice of an operation.</summary>
    public OperationDice For(string app, string operation) =>
        _apps.TryGetValue(app, out var switches) && switches.Dice.TryGetValue(operation, out var dice) ? dice : OperationDice.Harmless;

    /// <summary>The switches of an app.</summary>
    public FinanceFaults Get(string app) => _apps.TryGetValue(app, out var switches)
        ? new FinanceFaults { Seed = switches.Config.Seed, Operations = [.. switches.Config.Operations.Select(o => o with { })] }
        : new FinanceFaults();

    /// <summary>Replaces the switches of an app; the dice start anew from the seed.</summary>
    public async Task<FinanceFaults> SetAsync(string app, FinanceFaults wanted, CancellationToken cancellationToken)
    {
        var faults = FaultValidation.Check(wanted);
        if (faults.Count > 0)
        {
            return new FinanceFaults { Result = new Result { Code = ResultCode.ValidationFailed, Faults = faults } };
        }

        var config = JsonSerializer.Serialize(new Config { Seed = wanted.Seed, Operations = wanted.Operations });
        var version = await store.WriteAsync(null, session => session.FirstAsync<long>(
            """
            insert into fault_switches (app, version, config) values (@app, 1, @config)
            on conflict (app) do update set version = fault_switches.version + 1, config = excluded.config
            returning version
            """, new { app, config }, cancellationToken), cancellationToken);
        Replace([new Row { App = app, Version = version, Config = config }]);
        return Get(app);
    }

    /// <summary>Takes over what the store has; switches that did not change keep their dice.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await using var session = await store.ReadAsync(cancellationToken);
        Replace(await session.QueryAsync<Row>("select app, version, config from fault_switches", null, cancellationToken));
    }

    /// <summary>Keeps up with other instances as a worker.</summary>
    public void Attach(IScheduler scheduler) => scheduler.Add("finance.faults", async cancellationToken =>
    {
        await LoadAsync(cancellationToken);
        return NextRun.After(ReloadEvery);
    });

    private void Replace(IReadOnlyCollection<Row> rows)
    {
        lock (_gate)
        {
            var newer = rows.Where(r => !_apps.TryGetValue(r.App, out var known) || known.Version < r.Version).ToArray();
            if (newer.Length == 0)
            {
                return;
            }

            var apps = new Dictionary<string, AppSwitches>(_apps, StringComparer.Ordinal);
            foreach (var row in newer)
            {
                var config = JsonSerializer.Deserialize<Config>(row.Config)!;
                apps[row.App] = new AppSwitches(row.Version, config, config.Operations.ToFrozenDictionary(
                    o => o.Operation,
                    o => new OperationDice(o, config.Seed, Operations.All.IndexOf(o.Operation)),
                    StringComparer.Ordinal));
            }

            _apps = apps.ToFrozenDictionary(StringComparer.Ordinal);
        }
    }
}
