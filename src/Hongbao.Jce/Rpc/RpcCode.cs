namespace Hongbao.Jce.Rpc;

/// <summary>Result codes of TARS; in the JCE and TAF era they had the same numbers. Servants may answer positive codes of their own.</summary>
public static class RpcCode
{
    /// <summary>All is well.</summary>
    public const int Success = 0;

    /// <summary>The server could not read the arguments. Nothing was done.</summary>
    public const int ServerDecode = -1;

    /// <summary>The server could not write the answer. The work may be done.</summary>
    public const int ServerEncode = -2;

    /// <summary>The servant has no such function.</summary>
    public const int NoFunction = -3;

    /// <summary>The server has no such servant.</summary>
    public const int NoServant = -4;

    /// <summary>The request's deadline was over before the server began with it. Nothing was done.</summary>
    public const int QueueTimeout = -6;

    /// <summary>No answer came in time.</summary>
    public const int Timeout = -7;

    /// <summary>No connection could be made, or it broke before the answer came; whether the request was sent, <see cref="RpcException.WasSent"/> says.</summary>
    public const int NoConnection = -8;

    /// <summary>The server, or this client, has too much to do already. Nothing was done.</summary>
    public const int Overload = -9;

    /// <summary>The answer could not be read.</summary>
    public const int ClientDecode = -12;

    /// <summary>The request is larger than a frame may be, and always will be. Nothing was done.</summary>
    public const int SendFailed = -13;

    /// <summary>The server failed in some other way.</summary>
    public const int ServerUnknown = -99;
}
