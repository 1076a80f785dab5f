using Hongbao.Foundation.Health;
using Hongbao.Foundation.Stores;
using Hongbao.Jce.Rpc;

namespace Hongbao.Host.Serving;

/// <summary>Whether a module's store answers.</summary>
internal sealed class StoreReadiness(IStore store) : IReadinessCheck
{
    public string Name => "store." + store.Module;

    public async Task<ReadinessState> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            var session = await store.ReadAsync(cancellationToken);
            await using (session)
            {
                await session.NowMsAsync(cancellationToken);
            }

            return ReadinessState.Ready;
        }
        catch (StoreException e)
        {
            return ReadinessState.NotReady(e.Fault == StoreFault.Unavailable ? "unavailable" : "failing");
        }
    }
}

/// <summary>Whether a role of another process answers.</summary>
internal sealed class RoleReadiness(string role, bool isNeeded, RpcChannel channel) : IReadinessCheck
{
    public string Name => "role." + role;

    public bool IsNeeded => isNeeded;

    public async Task<ReadinessState> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await channel.Begin(RpcNames.Ping).InvokeAsync(cancellationToken);
            return ReadinessState.Ready;
        }
        catch (RpcException)
        {
            return ReadinessState.NotReady("unavailable");
        }
    }
}

/// <summary>Whether this machine's clock agrees with a module's database.</summary>
internal sealed class ClockReadiness(string name, StoreClock clock) : IReadinessCheck
{
    public string Name => name;

    public Task<ReadinessState> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(clock.Offset.Duration() <= StoreClock.ToleranceMax
        ? ReadinessState.Ready
        : ReadinessState.NotReady($"{clock.Offset.TotalSeconds:0.0} s off the database"));
}
