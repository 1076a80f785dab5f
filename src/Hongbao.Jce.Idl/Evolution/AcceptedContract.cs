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
        return Head.Replace("\r", "") + string.Concat(lines.Select(l => l + "\n"));
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

    internal static AcceptedContract Of(IdlContract contract)
    {
        var accepted = new AcceptedContract();
        foreach (var definition in contract.Files.SelectMany(f => f.Modules).SelectMany(m => m.Definitions))
        {
            accepted.Definitions[definition.FullName] = Of(definition);
        }

        return accepted;
    }

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

                return accepted;
            case IdlStruct structure:
                accepted = new(AcceptedKind.Struct);
                accepted.ReservedTags.UnionWith(structure.ReservedTags);
                foreach (var member in structure.Members)
                {
                    accepted.Members[member.Tag] = new(member.Name, member.IsRequired, member.Type.ToString(), member.EffectiveDefault?.ToString() ?? "");
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

        foreach (var tag in definition.ReservedTags)
        {
            yield return $"reserved {Number(tag)}";
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
