namespace Hongbao.Gateway.Endpoints;

/// <summary>Who funds a packet, as a client asks for it.</summary>
internal enum FundingKind
{
    Cashier = 1,
    Subsidy = 2,
}

/// <summary>What a client may say about a packet's money, whichever entry he comes by.</summary>
internal static class PacketFunding
{
    /// <summary>Which field of a subsidy is at fault and what is accepted there, or null when exactly one of the two names it.</summary>
    /// <param name="subsidyNo">Its number, or 0.</param>
    /// <param name="token">Its token, or empty.</param>
    public static (string Field, string Accepted)? FaultOf(long subsidyNo, string token) => (subsidyNo != 0, token.Length > 0) switch
    {
        (false, false) => ("subsidyNo", "is required, unless there is a token"),
        (true, true) => ("token", "must not be given together with subsidyNo"),
        _ => null,
    };
}
