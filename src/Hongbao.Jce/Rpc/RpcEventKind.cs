namespace Hongbao.Jce.Rpc;

/// <summary>What a client or server reports.</summary>
public enum RpcEventKind : byte
{
    /// <summary>A connection was made.</summary>
    Connected,
    /// <summary>A connection ended in the ordinary way.</summary>
    Closed,
    /// <summary>A connection was cut off for what the other side did, or failed to do.</summary>
    CutOff,
    /// <summary>No connection could be made, or the listening failed.</summary>
    NotConnected,
    /// <summary>A servant threw what it should not.</summary>
    ServantFailed,
    /// <summary>An answer came that nobody waits for any more.</summary>
    LateAnswer,
    /// <summary>The other side asks for a new connection.</summary>
    Reconnect,
    /// <summary>Calls or requests were refused since there is too much to do. It is told at most once a second, with how many and why.</summary>
    Refused,
}
