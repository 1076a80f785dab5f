using System.Net.Sockets;
using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Messaging;
using Hongbao.Jce;
using Hongbao.Jce.Rpc;
using Microsoft.Extensions.Options;

namespace Hongbao.Host.Serving;

/// <summary>This process's calls to the modules of others, and the servants by which others call its own.</summary>
internal sealed class RpcLinks : IAsyncDisposable
{
    // What this system's processes send each other is bounded by the sizes of its batches: those of strangers would be too small.
    private static readonly JceLimits s_limits = new() { LengthMax = 8 << 20, CountMax = 1 << 20 };

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private readonly RpcOptions _options;
    private readonly Roles _roles;
    private readonly ILogger<RpcLinks> _log;
    private readonly RpcClient _client;
    private readonly RpcServer? _server;

    public RpcLinks(IOptions<RpcOptions> options, PlatformOptions platform, TimeProvider clock, AnswerFaults faults, ILogger<RpcLinks> log)
    {
        _options = options.Value;
        _roles = platform.RoleSet;
        _log = log;
        _client = new RpcClient(new RpcClientOptions
        {
            Timeout = TimeSpan.FromMilliseconds(_options.TimeoutMs),
            Limits = s_limits,
            Tls = RpcFaults.CallsSecurely(_options, _roles) ? RpcTls.ForClient(_options) : null,
            Faults = faults,
            Clock = clock,
            Log = Tell,
        });
        _server = _options.Listen.Length == 0 ? null : new RpcServer(new RpcServerOptions
        {
            Endpoints = RpcAddress.ParseEndpoints(_options.Listen),
            Limits = s_limits,
            Tls = RpcFaults.ListensSecurely(_options) ? RpcTls.ForServer(_options) : null,
            ConcurrencyMax = _options.ConcurrencyMax,
            QueueMax = _options.QueueMax,
            // As in one process: what was begun goes on when the caller's wait has ended, and its repetition finds it.
            Grace = Grace,
            DrainPatience = StopTimes.Calls,
            LeavePatience = StopTimes.Leave,
            Clock = clock,
            Log = Tell,
        });
    }

    /// <summary>Where others reach this process; empty when they do not.</summary>
    public string Listens => _server is null ? "" : string.Join(':', _server.Endpoints);

    /// <summary>The name of a servant: one for each interface that a role has.</summary>
    public static string ServantOf(Roles role, string contract) => $"Hongbao.{role}.{contract}Obj";

    /// <summary>Reaches an interface of a role in another process.</summary>
    public RpcChannel To(Roles role, string contract) =>
        _client.Channel(new RpcAddress(ServantOf(role, contract), RpcAddress.ParseEndpoints(_options.EndpointsOf(role))));

    /// <summary>Opens this process's modules to others. They must have started.</summary>
    /// <exception cref="StartRefusedException">An address is taken, or not this machine's.</exception>
    public void Serve(IServiceProvider services)
    {
        if (_server is null)
        {
            return;
        }

        foreach (var (role, contract, servant) in Servants(services))
        {
            _server.Add(ServantOf(role, contract), servant);
        }

        try
        {
            _server.Start();
        }
        catch (SocketException e)
        {
            throw new StartRefusedException($"Rpc:Listen '{_options.Listen}' cannot be used: {e.Message}. Stop the program that listens there, or choose another port.", e);
        }
    }

    /// <summary>Takes no more calls, finishes those that were read.</summary>
    public Task StopServingAsync() => _server?.StopAsync() ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await StopServingAsync();
        await _client.DisposeAsync();
    }

    private IEnumerable<(Roles Role, string Contract, RpcServant Servant)> Servants(IServiceProvider services)
    {
        if (_roles.HasFlag(Roles.Finance))
        {
            yield return (Roles.Finance, "Finance", new FinanceDispatcher(Real(services.GetRequiredService<IFinance>())));
            yield return (Roles.Finance, "FinanceOperations", new FinanceOperationsDispatcher(Real(services.GetRequiredService<IFinanceOperations>())));
        }

        if (_roles.HasFlag(Roles.Campaign))
        {
            yield return (Roles.Campaign, "Campaigns", new CampaignsDispatcher(Real(services.GetRequiredService<ICampaigns>())));
            yield return (Roles.Campaign, "CampaignOperations", new CampaignOperationsDispatcher(Real(services.GetRequiredService<ICampaignOperations>())));
        }

        if (_roles.HasFlag(Roles.Core))
        {
            yield return (Roles.Core, "RedPacketCore", new RedPacketCoreDispatcher(Real(services.GetRequiredService<IRedPacketCore>())));
        }

        if (_roles.HasFlag(Roles.Async))
        {
            yield return (Roles.Async, "RedPacketAsync", new RedPacketAsyncDispatcher(Real(services.GetRequiredService<IRedPacketAsync>())));
            yield return (Roles.Async, "AlertPost", new AlertPostDispatcher(Real<IAlertPost>(ActivatorUtilities.CreateInstance<AlertPost>(services))));
        }

        if (_roles.HasFlag(Roles.Query))
        {
            yield return (Roles.Query, "RedPacketQuery", new RedPacketQueryDispatcher(Real(services.GetRequiredService<IRedPacketQuery>())));
        }

        var post = ActivatorUtilities.CreateInstance<MessagePost>(services);
        foreach (var (role, _) in RoleNames.All.Where(r => r.Role is Roles.Core or Roles.Async or Roles.Query && _roles.HasFlag(r.Role)))
        {
            yield return (role, "MessagePost", new MessagePostDispatcher(Real<IMessagePost>(new ModulePost(RoleNames.Of(role), post))));
        }
    }

    // Every servant is for real work alone.
    private static T Real<T>(T contract)
        where T : class => RealWorkOnly.Before(contract);

    private void Tell(RpcEvent told)
    {
        var level = told.Kind switch
        {
            RpcEventKind.ServantFailed => LogLevel.Error,
            RpcEventKind.CutOff or RpcEventKind.NotConnected or RpcEventKind.Refused => LogLevel.Warning,
            _ => LogLevel.Debug,
        };
        _log.Log(level, told.Exception, "RPC {Kind} {Remote} {Text}", told.Kind, told.Remote, told.Text);
    }
}
