using Hongbao.Contracts;
using Hongbao.Gateway.Auth;

namespace Hongbao.Gateway.Endpoints;

/// <summary>Draws are for everyone, unless the packet is not and can still be claimed.</summary>
internal static class DrawAccess
{
    /// <summary>Whom a draw was refused because it is not known who he is hears that a token may help.</summary>
    public static Result RefusalOf(Result refusal, Caller? caller) => caller is null && refusal.Code == ResultCode.NotInScope
        ? Result.Of(ResultCode.Unauthenticated, "This packet is not for everyone: its draw needs a token until it is over.")
        : refusal;
}
