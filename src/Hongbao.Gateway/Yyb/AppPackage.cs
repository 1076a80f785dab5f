using Hongbao.Contracts;
using Hongbao.Contracts.Yyb;
using Hongbao.Jce;
using Hongbao.Jce.Yyb;

namespace Hongbao.Gateway.Yyb;

/// <summary>A package as an app sent it, whichever its version. Every version has a head and commands; they differ in how many.</summary>
internal sealed record AppPackage(uint Version, PkgReqHead Head, List<Request> Requests)
{
    private const uint One = YybConstants.Version1;
    private const uint Several = YybConstants.Version2;

    /// <summary>Bounds of a package's body, and of the body of each command in it.</summary>
    public static JceLimits Limits { get; } = new()
    {
        DepthMax = 16,
        LengthMax = YybConstants.PackageBytesMax,
        CountMax = YybConstants.PackageBytesMax,
        TotalMax = YybConstants.PackageBytesMax,
    };

    /// <summary>Reads a package, or says why it is none. Never throws for what the bytes are.</summary>
    public static Outcome<AppPackage> Read(ReadOnlySpan<byte> bytes)
    {
        switch (YybPackage.Read(bytes, out var package, YybConstants.PackageBytesMax))
        {
            case YybFault.BadMagic:
                return Result.Invalid("package", "must begin with the bytes YYB");
            case YybFault.Truncated:
                return Result.Invalid("package", $"must have at least {YybPackage.HeadLength} bytes: YYB, a version of 4 bytes, a body");
            case YybFault.TooLong:
                return Result.Of(ResultCode.PayloadTooLarge);
        }

        switch (package.Version)
        {
            case One:
                return JceSerializer.TryRead<PkgReqV1>(package.Body, out var one, out var fault, Limits) ? new AppPackage(One, one.Head, [one.Request]) : Invalid(fault);
            case Several:
                return JceSerializer.TryRead<PkgReqV2>(package.Body, out var several, out fault, Limits) ? new AppPackage(Several, several.Head, several.Requests) : Invalid(fault);
            default:
                return Result.Invalid("version", $"must be {One} or {Several}, not {package.Version}");
        }
    }

    /// <summary>The answer in the same layout. Of version 1 there is one response.</summary>
    public byte[] Answer(PkgRspHead head, List<Response> responses) => Version == One
        ? YybPackage.ToBytes(One, new PkgRspV1 { Head = head, Response = responses[0] })
        : YybPackage.ToBytes(Several, new PkgRspV2 { Head = head, Responses = responses });

    /// <summary>That a body is not the struct of the contract, and where.</summary>
    public static Result Invalid(JceFault fault) => Result.Invalid(fault.Path.Length == 0 ? "body" : fault.Path, $"must be JCE as in Protocol.jce: {fault}");
}
