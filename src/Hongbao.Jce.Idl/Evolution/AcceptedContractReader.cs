using System.Globalization;
using System.Text.RegularExpressions;

namespace Hongbao.Jce.Idl;

/// <summary>Reads the text of an accepted contract, line by line, in any order but for the last.</summary>
internal sealed class AcceptedContractReader(IdlSource source)
{
    private const RegexOptions Options = RegexOptions.CultureInvariant;
    private const string Name = "[A-Za-z_][A-Za-z0-9_]*";
    private const string Type = "[A-Za-z_][A-Za-z0-9_:<>, ]*";

    // Each alternative of a line; none can be read in two ways, so that no text takes long.
    private static readonly Regex Line = new($"^({Name}::{Name}) ([a-z]+)(?: (.*))?$", Options);
    private static readonly Regex Const = new($"^{Type} = .+$", Options);
    private static readonly Regex Member = new($"^([0-9]{{3}}) (require|optional) ({Name}): ({Type}?)(?: = (.+))?$", Options);
    private static readonly Regex ReservedTag = new("^[0-9]{3}$", Options);
    private static readonly Regex ReservedValue = new("^-?[0-9]{1,10}$", Options);
    private static readonly Regex Key = new($"^{Name}(?:, {Name})*$", Options);
    private static readonly Regex Enumerator = new($"^({Name}) = (-?[0-9]{{1,10}})$", Options);
    private static readonly Regex Operation = new($"^({Name}) returns ({Type})$", Options);
    private static readonly Regex Parameter = new($"^({Name}) parameter ([0-9]{{3}}) (in|out) ({Name}): ({Type})$", Options);

    private readonly AcceptedContract _accepted = new();

    // Of the last line that is not empty.
    private string _lastText = "";
    private int _lastNumber = 1;
    private int _lastStart;

    // What belongs to a definition is read when all definitions are known, and parameters when all operations are.
    private readonly List<Detail> _details = [];

    public bool TryRead(out AcceptedContract accepted, out IdlDiagnostic? problem)
    {
        accepted = _accepted;
        problem = ReadLines() ?? CheckEnd() ?? ReadDetails(d => !IsParameter(d.Word, d.Rest)) ?? ReadDetails(d => IsParameter(d.Word, d.Rest)) ?? CheckParameters();
        return problem is null;
    }

    private IdlDiagnostic? ReadLines()
    {
        var number = 0;
        for (var start = 0; start < source.Text.Length;)
        {
            number++;
            var end = source.Text.IndexOf('\n', start) is >= 0 and var at ? at : source.Text.Length;
            var text = source.Text.Substring(start, end - start).TrimEnd().TrimStart('\uFEFF');
            if (text.Length > 0)
            {
                (_lastText, _lastNumber, _lastStart) = (text, number, start);
                if (text[0] != '#' && ReadLine(text, start, number) is { } fault)
                {
                    return Problem(start, number, fault);
                }
            }

            start = end + 1;
        }

        return null;
    }

    private IdlDiagnostic? CheckEnd() => _lastText == AcceptedContract.End ? null : Problem(_lastStart, _lastNumber,
        "the file ends too early: it was cut off, or an older version wrote it; take it from version control, or write it again with 'hongbao jce accept --breaking'");

    private string? ReadLine(string text, int start, int number)
    {
        var match = Line.Match(text);
        if (!match.Success)
        {
            return "this is not a fact of a contract";
        }

        var (owner, word, rest) = (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value);
        AcceptedKind? defined = word switch
        {
            "const" => AcceptedKind.Const,
            "enum" => AcceptedKind.Enum,
            "interface" => AcceptedKind.Interface,
            "struct" => AcceptedKind.Struct,
            _ => null,
        };
        if (defined is { } kind)
        {
            if (kind == AcceptedKind.Const ? !Const.IsMatch(rest) : match.Groups[3].Success)
            {
                return $"'{word}' does not stand so";
            }

            if (_accepted.Definitions.ContainsKey(owner))
            {
                return $"'{owner}' is defined a second time";
            }

            _accepted.Definitions.Add(owner, new(kind) { Constant = rest });
            return null;
        }

        AcceptedKind[] owners = word switch
        {
            "member" or "key" => [AcceptedKind.Struct],
            "reserved" => [AcceptedKind.Struct, AcceptedKind.Enum],
            "enumerator" => [AcceptedKind.Enum],
            "operation" => [AcceptedKind.Interface],
            _ => [],
        };
        if (owners.Length == 0)
        {
            return $"'{word}' is not a word of this file";
        }

        _details.Add(new(start, number, owners, owner, word, rest));
        return null;
    }

    private static bool IsParameter(string word, string rest) => word == "operation" && Parameter.IsMatch(rest);

    private IdlDiagnostic? ReadDetails(Func<Detail, bool> which)
    {
        foreach (var detail in _details.Where(which))
        {
            var fault = !_accepted.Definitions.TryGetValue(detail.Owner, out var definition) || Array.IndexOf(detail.Owners, definition.Kind) < 0
                ? $"there is no {string.Join(" or ", detail.Owners).ToLowerInvariant()} '{detail.Owner}'"
                : ReadDetail(definition, detail.Word, detail.Rest);
            if (fault is not null)
            {
                return Problem(detail.Start, detail.Line, fault);
            }
        }

        return null;
    }

    private static string? ReadDetail(AcceptedDefinition definition, string word, string rest)
    {
        const string Twice = "this is said a second time";
        Match match;
        if (word == "member" && (match = Member.Match(rest)).Success && TagOf(match.Groups[1]) is { } tag)
        {
            var member = new AcceptedMember(match.Groups[3].Value, match.Groups[2].Value == "require", match.Groups[4].Value, match.Groups[5].Value);
            return TryAdd(definition.Members, tag, member) ? null : Twice;
        }

        if (word == "reserved" && ReservedOf(definition.Kind, rest) is { } reserved)
        {
            return definition.Reserved.Add(reserved) ? null : Twice;
        }

        if (word == "key" && Key.IsMatch(rest))
        {
            if (definition.Key.Count > 0)
            {
                return Twice;
            }

            definition.Key = rest.Split([", "], StringSplitOptions.None);
            return null;
        }

        if (word == "enumerator" && (match = Enumerator.Match(rest)).Success
            && int.TryParse(match.Groups[2].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            return TryAdd(definition.Enumerators, match.Groups[1].Value, value) ? null : Twice;
        }

        if (word == "operation" && (match = Operation.Match(rest)).Success)
        {
            return TryAdd(definition.Operations, match.Groups[1].Value, new AcceptedOperation(match.Groups[2].Value)) ? null : Twice;
        }

        if (word == "operation" && (match = Parameter.Match(rest)).Success && TagOf(match.Groups[2]) is > 0 and var place)
        {
            return !definition.Operations.TryGetValue(match.Groups[1].Value, out var operation) ? $"there is no operation '{match.Groups[1].Value}'"
                : TryAdd(operation.Parameters, place, new AcceptedParameter(match.Groups[4].Value, match.Groups[3].Value == "out", match.Groups[5].Value)) ? null
                : Twice;
        }

        return $"'{word}' does not stand so";
    }

    private IdlDiagnostic? CheckParameters()
    {
        foreach (var detail in _details.Where(d => IsParameter(d.Word, d.Rest)))
        {
            var match = Parameter.Match(detail.Rest);
            var tag = TagOf(match.Groups[2])!.Value;
            if (tag > 1 && !_accepted.Definitions[detail.Owner].Operations[match.Groups[1].Value].Parameters.ContainsKey(tag - 1))
            {
                return Problem(detail.Start, detail.Line, $"operation '{match.Groups[1].Value}' has no parameter before this one");
            }
        }

        return null;
    }

    private IdlDiagnostic Problem(int start, int line, string fault) =>
        IdlProblems.BadAcceptedContract.At(new(source.Path, start, 0, line, 1), false, fault);

    private static int? ReservedOf(AcceptedKind kind, string text)
    {
        if (kind == AcceptedKind.Struct)
        {
            return ReservedTag.Match(text) is { Success: true } tag ? TagOf(tag) : null;
        }

        return ReservedValue.IsMatch(text) && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    private static int? TagOf(Capture text) =>
        int.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var tag) && tag <= 255 ? tag : null;

    private static bool TryAdd<TKey, TValue>(SortedDictionary<TKey, TValue> facts, TKey key, TValue value)
    {
        if (facts.ContainsKey(key))
        {
            return false;
        }

        facts.Add(key, value);
        return true;
    }

    private sealed record Detail(int Start, int Line, AcceptedKind[] Owners, string Owner, string Word, string Rest);
}
