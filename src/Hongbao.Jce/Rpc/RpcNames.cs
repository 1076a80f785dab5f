namespace Hongbao.Jce.Rpc;

/// <summary>Keys and names that TARS, or we, give a meaning.</summary>
public static class RpcNames
{
    /// <summary>Context key of <see cref="IRpcScope.TraceId"/>.</summary>
    public const string TraceId = "trace-id";

    /// <summary>Context key of <see cref="IRpcScope.Shadow"/>; its value is <c>1</c>.</summary>
    public const string Shadow = "shadow";

    /// <summary>Status key of <see cref="RpcCall.RouteKey"/>.</summary>
    public const string GridKey = "STATUS_GRID_KEY";

    /// <summary>Status key of a TUP answer's code, decimal; absent means 0.</summary>
    public const string ResultCode = "STATUS_RESULT_CODE";

    /// <summary>Status key of a TUP answer's text.</summary>
    public const string ResultText = "STATUS_RESULT_DESC";

    /// <summary>
    /// Status key of an answer by which our server refuses a request that it has not begun; its value is <c>1</c>. Without it a fault may come from work that was done in part.
    /// </summary>
    public const string Refused = "STATUS_REFUSED";

    /// <summary>The function that every servant answers at once.</summary>
    public const string Ping = "tars_ping";

    /// <summary>The same of the JCE and TAF era.</summary>
    public const string OldPing = "taf_ping";

    /// <summary>Text of the answer with id 0 that asks a client for a new connection, as TarsGo sends it before it closes.</summary>
    public const string Reconnect = "_reconnect_";

    /// <summary>Name of the return value in a TUP answer beside the empty one; TarsCpp 3 writes both.</summary>
    public const string TupReturn = "tars_ret";

    internal static ReadOnlySpan<byte> TraceIdBytes => "trace-id"u8;

    internal static ReadOnlySpan<byte> ShadowBytes => "shadow"u8;

    internal static ReadOnlySpan<byte> RefusedBytes => "STATUS_REFUSED"u8;

    /// <summary>The status of an answer that refuses.</summary>
    internal static Dictionary<string, string> RefusedStatus { get; } = new() { [Refused] = "1" };
}
