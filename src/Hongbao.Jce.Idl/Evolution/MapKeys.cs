using System.Text.RegularExpressions;

namespace Hongbao.Jce.Idl;

/// <summary>Finds the structs on which it depends whether two keys of a map are the same.</summary>
internal static class MapKeys
{
    private const string Name = "[A-Za-z_][A-Za-z0-9_]*::[A-Za-z_][A-Za-z0-9_]*";
    private static readonly Regex Key = new($"map<({Name}),", RegexOptions.CultureInvariant);
    private static readonly Regex Any = new($@"\b{Name}", RegexOptions.CultureInvariant);

    /// <summary>The full names of those that are a key of an accepted map, and of those inside them that count.</summary>
    public static HashSet<string> Of(AcceptedContract accepted)
    {
        var types = accepted.Definitions.Values.SelectMany(d => d.Members.Values.Select(m => m.Type)
            .Concat(d.Operations.Values.SelectMany(o => o.Parameters.Values.Select(p => p.Type).Concat([o.ReturnType]))));
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>(types.SelectMany(t => Key.Matches(t).Cast<Match>()).Select(m => m.Groups[1].Value));
        while (open.Count > 0)
        {
            var name = open.Dequeue();
            if (accepted.Definitions.TryGetValue(name, out var definition) && definition.Kind == AcceptedKind.Struct && found.Add(name))
            {
                // With a key only what it names is compared.
                foreach (var member in definition.Members.Values.Where(m => definition.Key.Count == 0 || definition.Key.Contains(m.Name)))
                {
                    foreach (Match inside in Any.Matches(member.Type))
                    {
                        open.Enqueue(inside.Value);
                    }
                }
            }
        }

        return found;
    }
}
