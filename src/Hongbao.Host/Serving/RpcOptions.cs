using System.Net;
using Hongbao.Jce.Rpc;
using Microsoft.Extensions.Options;

namespace Hongbao.Host.Serving;

/// <summary>
/// Calls between processes over TARS RPC. Section <c>Rpc</c>. Endpoints are in TARS's form, such as <c>tcp -h 127.0.0.1 -p 14001</c>, several with a colon between them.
/// Whoever reaches a module's endpoint can act as any user: other than on loopback it must be <c>ssl</c> with certificates on both sides.
/// </summary>
internal sealed class RpcOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Rpc";

    /// <summary>Where this process's modules can be called; needed when another process has a role. Port 0 takes a free one.</summary>
    public string Listen { get; set; } = "";

    /// <summary>Where Core is, for processes without it.</summary>
    public string Core { get; set; } = "";

    /// <summary>Where Query is, for processes without it.</summary>
    public string Query { get; set; } = "";

    /// <summary>Where Async is, for processes without it.</summary>
    public string Async { get; set; } = "";

    /// <summary>Where finance is, for processes without it.</summary>
    public string Finance { get; set; } = "";

    /// <summary>Where campaigns are, for processes without them.</summary>
    public string Campaign { get; set; } = "";

    /// <summary>How long a call waits that has no deadline of its own, milliseconds, 100 to 60,000.</summary>
    public int TimeoutMs { get; set; } = 3000;

    /// <summary>
    /// Calls of others that this process works on at once, those that wait for a database or for finance with them, 16 to 100,000. When all places are taken, also quick
    /// calls wait for one.
    /// </summary>
    public int ConcurrencyMax { get; set; } = 1024;

    /// <summary>Calls of others that may wait for a place; more are refused at once, 0 to 1,000,000.</summary>
    public int QueueMax { get; set; } = 10_000;

    /// <summary>PEM file with this process's certificate, for <c>ssl</c>.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>PEM file with its key.</summary>
    public string CertificateKey { get; set; } = "";

    /// <summary>PEM file with the authority whose certificates are accepted, from servers and clients alike.</summary>
    public string Authority { get; set; } = "";

    /// <summary>Where a role is; empty when not said.</summary>
    public string EndpointsOf(Roles role) => role switch
    {
        Roles.Core => Core,
        Roles.Query => Query,
        Roles.Async => Async,
        Roles.Finance => Finance,
        Roles.Campaign => Campaign,
        _ => "",
    };
}

/// <summary>What of the section cannot work with the roles of the process, for people.</summary>
internal static class RpcFaults
{
    private static readonly Dictionary<Roles, Roles> s_asks = new()
    {
        [Roles.Gateway] = Roles.Core | Roles.Query | Roles.Async | Roles.Finance | Roles.Campaign,
        [Roles.Core] = Roles.Query | Roles.Async | Roles.Finance,
        [Roles.Query] = Roles.Async | Roles.Campaign,
        [Roles.Async] = Roles.Core | Roles.Query | Roles.Finance | Roles.Campaign,
        [Roles.Finance] = Roles.Async,
        [Roles.Campaign] = Roles.Core | Roles.Async | Roles.Finance,
    };

    /// <summary>The roles elsewhere that some roles call, or hand messages or alerts to.</summary>
    public static Roles Needed(Roles roles) => s_asks.Where(a => roles.HasFlag(a.Key)).Aggregate(Roles.None, static (all, a) => all | a.Value) & ~roles;

    /// <summary>True when a role that is called is reached over <c>ssl</c>. The settings have no faults.</summary>
    public static bool CallsSecurely(RpcOptions options, Roles roles)
    {
        var needed = Needed(roles);
        return RoleNames.All.Any(r => needed.HasFlag(r.Role) && IsSecure(options.EndpointsOf(r.Role)));
    }

    /// <summary>True when this process can be called over <c>ssl</c>. The settings have no faults.</summary>
    public static bool ListensSecurely(RpcOptions options) => IsSecure(options.Listen);

    public static IEnumerable<string> Of(RpcOptions options, Roles roles)
    {
        var isSecure = false;
        var needed = Needed(roles);
        foreach (var (role, name) in RoleNames.All.Where(r => needed.HasFlag(r.Role)))
        {
            var setting = $"Rpc:{char.ToUpperInvariant(name[0])}{name[1..]}";
            if (options.EndpointsOf(role).Length == 0)
            {
                yield return $"{setting} must say where the role {name} runs, such as tcp -h 127.0.0.1 -p 14001: this process ({RoleNames.Of(roles)}) has it not.";
            }
            else if (Read(setting, options.EndpointsOf(role), out var endpoints) is { } fault)
            {
                yield return fault;
            }
            else
            {
                isSecure |= endpoints.Any(static e => e.Protocol == RpcProtocol.Ssl);
                foreach (var open in endpoints.Where(static e => e.Protocol != RpcProtocol.Ssl && !IsLoopback(e.Host)))
                {
                    yield return $"{setting} has '{open}' on another machine: it must be ssl, or whoever answers there decides what is true.";
                }
            }
        }

        if ((roles & ~Roles.Gateway) != Roles.None && roles != Roles.All && options.Listen.Length == 0)
        {
            yield return $"Rpc:Listen must say where this process ({RoleNames.Of(roles)}) can be called, such as tcp -h 127.0.0.1 -p 14001.";
        }

        if (roles == Roles.Gateway && options.Listen.Length > 0)
        {
            yield return $"Rpc:Listen '{options.Listen}' would open a port where nothing can be called: the gateway is reached by HTTP. Leave it away here.";
        }

        if (options.Listen.Length > 0)
        {
            if (Read("Rpc:Listen", options.Listen, out var listen) is { } fault)
            {
                yield return fault;
            }
            else
            {
                isSecure |= listen.Any(static e => e.Protocol == RpcProtocol.Ssl);
                foreach (var open in listen.Where(static e => e.Protocol != RpcProtocol.Ssl && !IsLoopback(e.Host)))
                {
                    yield return $"Rpc:Listen has '{open}', which other machines reach: it must be ssl, with Rpc:Certificate, Rpc:CertificateKey and Rpc:Authority.";
                }
            }
        }

        if (isSecure)
        {
            foreach (var fault in RpcTls.Faults(options))
            {
                yield return fault;
            }
        }

        if (options.TimeoutMs is < 100 or > 60_000)
        {
            yield return "Rpc:TimeoutMs must be between 100 and 60000.";
        }

        if (options.ConcurrencyMax is < 16 or > 100_000)
        {
            yield return "Rpc:ConcurrencyMax must be between 16 and 100000.";
        }

        if (options.QueueMax is < 0 or > 1_000_000)
        {
            yield return "Rpc:QueueMax must be between 0 and 1000000.";
        }
    }

    private static string? Read(string setting, string text, out IReadOnlyList<RpcEndpoint> endpoints)
    {
        try
        {
            endpoints = RpcAddress.ParseEndpoints(text);
            return endpoints.Any(static e => e.Protocol == RpcProtocol.Udp) ? $"{setting} has udp, which is not spoken: use tcp or ssl." : null;
        }
        catch (FormatException e)
        {
            endpoints = [];
            return $"{setting} cannot be read: {e.Message}";
        }
    }

    private static bool IsSecure(string endpoints) => endpoints.Length > 0 && RpcAddress.ParseEndpoints(endpoints).Any(static e => e.Protocol == RpcProtocol.Ssl);

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
}
