using Hongbao.Contracts;

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
    /// <summary>The field that is at fault when a subsidy is not named.</summary>
    public const string NamedBy = "subsidyNo";

    /// <summary>What is accepted then.</summary>
    public const string NameAccepted = "is required, unless there is a token";

    /// <summary>True when it is said which subsidy is meant.</summary>
    public static bool IsNamed(long subsidyNo, string token) => subsidyNo != 0 || token.Length > 0;

    /// <summary>Why there is no such funding here, or null.</summary>
    public static Result? RefusalOf(FundingKind kind) => kind == FundingKind.Cashier ? null
        : Result.Of(ResultCode.SubsidyNotUsable, "This service sends no packets from subsidies; fund the packet at the cashier.");
}
