namespace Hongbao.Gateway;

/// <summary>Conveniences for trying the platform out. Section <c>Dev</c>.</summary>
public sealed class DevOptions
{
    /// <summary>Lets anyone on this machine take a token for any user; only ever in effect in the embedded profile on loopback. Default true; false behind a proxy.</summary>
    public bool Tokens { get; set; } = true;
}

/// <summary>
/// Whether the endpoints under <c>/api/v1/dev</c> exist. The host opens it when the profile is embedded, every listening address is
/// loopback and <see cref="DevOptions.Tokens"/> is on; closed, they answer 404 like any unknown path.
/// </summary>
public sealed class DevTokenGate
{
    private volatile bool _isOpen;

    /// <summary>Closed until the host opens it. Thread safe.</summary>
    public bool IsOpen
    {
        get => _isOpen;
        set => _isOpen = value;
    }
}
