using System.Text.RegularExpressions;
using Hongbao.Jce.Idl;

namespace Hongbao.Sdk.Generator;

/// <summary>What the package for apps can carry.</summary>
/// <param name="Commands">By number.</param>
/// <param name="Codes">How a command or a package can end, other than well, by number.</param>
internal sealed partial record YybContract(IReadOnlyList<YybCommandOf> Commands, IReadOnlyList<YybCodeOf> Codes)
{
    private const string OwnNumber = "`ReqHead.requestId`";
    private const string NoToken = "Needs no token.";

    // From here on they are about packages; before it they are HTTP's too.
    private const int FirstOfPackages = 1000;

    /// <summary>Reads the contract file.</summary>
    /// <exception cref="UnknownShapeException">A comment does not say what a command takes, or a struct is missing.</exception>
    public static YybContract Read(string text)
    {
        var contract = IdlCompilation.Compile([new IdlSource(SdkFiles.Protocol, text)], new IdlOptions(), static _ => null);
        if (contract.HasErrors)
        {
            throw new UnknownShapeException(SdkFiles.Protocol, contract.Diagnostics[0].ToString());
        }

        var definitions = contract.Files.SelectMany(f => f.Modules).SelectMany(m => m.Definitions).ToList();
        var structs = definitions.OfType<IdlStruct>().Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        return new YybContract(
            [.. EnumeratorsOf(definitions, "Command").Select(e => ReadCommand(e.Name, e.Doc, structs))],
            [.. EnumeratorsOf(definitions, "ErrorCode").Where(e => e.Value != 0).Select(e => new YybCodeOf(Naming.Shouted(e.Name), e.Doc, e.Value >= FirstOfPackages))]);
    }

    private static IEnumerable<(string Name, string Doc, int Value)> EnumeratorsOf(IEnumerable<IdlDefinition> definitions, string name)
    {
        var found = definitions.OfType<IdlEnum>().FirstOrDefault(e => e.Name == name) ?? throw new UnknownShapeException(SdkFiles.Protocol, $"there is no enum {name}");
        return found.Enumerators.OrderBy(e => e.Value).Select(e => e.Name.StartsWith(name + "_", StringComparison.Ordinal)
            ? (Naming.Identifier(e.Name[(name.Length + 1)..], e.Name), e.Doc, e.Value)
            : throw new UnknownShapeException($"{SdkFiles.Protocol}: {e.Name}", "an enumerator begins with its enum's name"));
    }

    private static YybCommandOf ReadCommand(string name, string doc, HashSet<string> structs)
    {
        var at = $"{SdkFiles.Protocol}: Command_{name}";
        var match = CommandForm().Match(doc);
        if (!match.Success)
        {
            throw new UnknownShapeException(at, "a command's comment begins with `...Req`: or Empty body:");
        }

        var request = match.Groups["request"].Success ? match.Groups["request"].Value : null;
        foreach (var needed in new[] { request, name + "Rsp" }.OfType<string>().Where(n => !structs.Contains(n)))
        {
            throw new UnknownShapeException(at, $"there is no struct {needed}");
        }

        var said = Naming.OneLine(match.Groups["said"].Value);
        return new YybCommandOf(
            name,
            char.ToUpperInvariant(said[0]) + said[1..],
            request,
            name + "Rsp",
            HasOwnNumber: said.Contains(OwnNumber, StringComparison.Ordinal),
            TakesToken: !said.Contains(NoToken, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^(?:`(?<request>\w+)`|Empty body): (?<said>\S.*)\z", RegexOptions.Singleline)]
    private static partial Regex CommandForm();
}

/// <summary>A command.</summary>
/// <param name="Name">As in C#, such as CreatePacket.</param>
/// <param name="Description">What it does.</param>
/// <param name="Request">The struct that it takes; null when it takes nothing.</param>
/// <param name="Response">The struct that it gives.</param>
/// <param name="HasOwnNumber">True when the client's own number makes it the same request.</param>
/// <param name="TakesToken">True when a token is needed or makes a difference.</param>
internal sealed record YybCommandOf(string Name, string Description, string? Request, string Response, bool HasOwnNumber, bool TakesToken);

/// <summary>A code of refusal.</summary>
/// <param name="Code">As HTTP has it, such as PACKET_EXHAUSTED.</param>
/// <param name="Description">What it means.</param>
/// <param name="IsOfPackages">True when only packages for apps can be refused with it.</param>
internal sealed record YybCodeOf(string Code, string Description, bool IsOfPackages);
