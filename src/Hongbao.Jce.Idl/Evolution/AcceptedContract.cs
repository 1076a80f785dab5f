using System.Globalization;
using System.Text;

namespace Hongbao.Jce.Idl;

/// <summary>
/// What others rely on: the facts of a contract that was accepted, as they matter to programs that are not rebuilt with it. Kept as a text beside the contract,
/// one fact a line and sorted, so that a change of the contract is a change of these lines.
/// </summary>
public sealed class AcceptedContract
{
    private const string Head = """
        # What is accepted of this contract: programs elsewhere rely on every line. A build fails when the contract breaks one of them.
        # To accept a change, be sure that everybody can live with it, run `hongbao jce accept`, and commit this file with the contract.
        # Not by hand: one fact a line, sorted.

        """;

    /// <summary>The last line. It has no facts, so that changes that are made side by side do not meet in it.</summary>
    internal const string End = "# The end: a file without this line was cut off.";

    internal SortedDictionary<string, AcceptedDefinition> Definitions { get; } = new(StringComparer.Ordinal);

    /// <summary>The text that accepts a contract, which must be without errors, as it is now. The same contract always gives the same text.</summary>
    public static string Write(IdlContract contract)
    {
        var lines = new List<string>();
        foreach (var pair in Of(contract).Definitions)
        {
            lines.AddRange(Facts(pair.Value).Select(f => $"{pair.Key} {f}"));
        }

        lines.Sort(StringComparer.Ordinal);
        return Head.Replace("\r", "") + string.Concat(lines.Select(l => l + "\n")) + End + "\n";
    }

    /// <summary>Reads a text that <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">It is none; the message names the line.</exception>
    public static AcceptedContract Parse(string text) =>
        TryParse(new("", text), out var accepted, out var problem)
            ? accepted
            : throw new FormatException(string.Format(CultureInfo.InvariantCulture, "line {0}: {1}", problem!.Span.Line, problem.Message));

    /// <summary>Reads a text that <see cref="Write"/> wrote. False when it is none; the problem then says where and why.</summary>
    public static bool TryParse(IdlSource source, out AcceptedContract accepted, out IdlDiagnostic? problem) =>
        new AcceptedContractReader(source).TryRead(out accepted, out problem);

    /// <summary>What several files accepted, each of its part, as one. False when two say something of the same definition: which one and where then is the problem.</summary>
    internal static bool TryJoin(IReadOnlyList<(IdlSource Source, AcceptedContract Contract)> parts, out AcceptedContract joined, out IdlDiagnostic? problem)
    {
        joined = new();
        problem = null;
        var sourceOf = new Dictionary<string, IdlSource>(StringComparer.Ordinal);
        foreach (var (source, contract) in parts)
        {
            foreach (var definition in contract.Definitions)
            {
                if (sourceOf.TryGetValue(definition.Key, out var other))
                {
                    problem = IdlProblems.BadAcceptedContract.At(IdlSpan.StartOf(source.Path), true, $"'{definition.Key}' is accepted in {other.Path} too: keep one of the two files");
                    return false;
                }

                sourceOf.Add(definition.Key, source);
                joined.Definitions.Add(definition.Key, definition.Value);
            }
        }

        return true;
    }

    internal static AcceptedContract Of(IdlContract contract)
    {
        var accepted = new AcceptedContract();
        foreach (var definition in contract.Files.SelectMany(f => f.Modules).SelectMany(m => m.Definitions))
        {
            accepted.Definitions[definition.FullName] = Of(definition);
        }

        return accepted;
    }

    internal static IReadOnlyList<string> KeyOf(IdlStruct structure) => [.. structure.KeyMembers.Select(m => m.Name)];

    internal static string DefaultOf(IdlMember member) => member.IsRequired ? "" : member.EffectiveDefault?.ToString() ?? "";

    private static AcceptedDefinition Of(IdlDefinition definition)
    {
        switch (definition)
        {
            case IdlConst constant:
                return new(AcceptedKind.Const) { Constant = $"{constant.Type} = {constant.Value}" };
            case IdlEnum enumeration:
                var accepted = new AcceptedDefinition(AcceptedKind.Enum);
                foreach (var enumerator in enumeration.Enumerators)
                {
                    accepted.Enumerators[enumerator.Name] = enumerator.Value;
                }

                accepted.Reserved.UnionWith(enumeration.ReservedValues);

                return accepted;
            case IdlStruct structure:
                accepted = new(AcceptedKind.Struct) { Key = KeyOf(structure) };
                accepted.Reserved.UnionWith(structure.ReservedTags);
                foreach (var member in structure.Members)
                {
                    accepted.Members[member.Tag] = new(member.Name, member.IsRequired, member.Type.ToString(), DefaultOf(member));
                }

                return accepted;
            default:
                accepted = new(AcceptedKind.Interface);
                foreach (var operation in ((IdlInterface)definition).Operations)
                {
                    var kept = new AcceptedOperation(operation.ReturnType?.ToString() ?? "void");
                    foreach (var parameter in operation.Parameters)
                    {
                        kept.Parameters[parameter.Tag] = new(parameter.Name, parameter.IsOut, parameter.Type.ToString());
                    }

                    accepted.Operations[operation.Name] = kept;
                }

                return accepted;
        }
    }

    private static IEnumerable<string> Facts(AcceptedDefinition definition)
    {
        yield return definition.Kind == AcceptedKind.Const ? "const " + definition.Constant : definition.Kind.ToString().ToLowerInvariant();
        foreach (var member in definition.Members)
        {
            var presence = member.Value.IsRequired ? "require" : "optional";
            var value = member.Value.Default.Length > 0 ? " = " + member.Value.Default : "";
            yield return $"member {Number(member.Key)} {presence} {member.Value.Name}: {member.Value.Type}{value}";
        }

        foreach (var number in definition.Reserved)
        {
            yield return $"reserved {(definition.Kind == AcceptedKind.Struct ? Number(number) : number.ToString(CultureInfo.InvariantCulture))}";
        }

        if (definition.Key.Count > 0)
        {
            yield return "key " + string.Join(", ", definition.Key);
        }

        foreach (var enumerator in definition.Enumerators)
        {
            yield return string.Format(CultureInfo.InvariantCulture, "enumerator {0} = {1}", enumerator.Key, enumerator.Value);
        }

        foreach (var operation in definition.Operations)
        {
            yield return $"operation {operation.Key} returns {operation.Value.ReturnType}";
            foreach (var parameter in operation.Value.Parameters)
            {
                yield return $"operation {operation.Key} parameter {Number(parameter.Key)} {(parameter.Value.IsOut ? "out" : "in")} {parameter.Value.Name}: {parameter.Value.Type}";
            }
        }
    }

    // Of one width, so that they sort as numbers.
    private static string Number(int tag) => tag.ToString("000", CultureInfo.InvariantCulture);
}
