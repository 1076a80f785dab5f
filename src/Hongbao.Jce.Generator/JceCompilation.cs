using System.Collections.Immutable;
using Hongbao.Jce.Generator.CSharp;
using Hongbao.Jce.Idl;
using Hongbao.Jce.Idl.Binding;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Hongbao.Jce.Generator;

/// <summary>All contract files of a project at once, for they include each other.</summary>
internal static class JceCompilation
{
    public static JceResult Run(ImmutableArray<JceSource> sources, JceSettings settings, CancellationToken cancellation)
    {
        // The compiler gives files in the order of the project, which depends on the file system.
        var ordered = sources.OrderBy(static s => s.Path, StringComparer.Ordinal).ToList();
        var contracts = ordered.Where(static s => JceGenerator.IsContract(s.Path)).ToList();
        var roots = contracts.Where(static s => !s.IsIncludeOnly).Select(static s => new IdlSource(s.Path, s.Text)).ToList();
        var others = contracts.Where(static s => s.IsIncludeOnly).ToDictionary(static s => FileFinder.Normalize(s.Path), static s => new IdlSource(s.Path, s.Text), StringComparer.Ordinal);
        var contract = IdlCompilation.Compile(roots, settings.ToOptions(), path => others.TryGetValue(FileFinder.Normalize(path), out var source) ? source : null);
        cancellation.ThrowIfCancellationRequested();
        var problems = contract.Diagnostics.ToList();
        var namespaces = settings.ToNamespaces(out var faults);
        if (roots.Count > 0)
        {
            problems.AddRange(faults.Select(f => IdlProblems.BadSetting.At(IdlSpan.StartOf(roots[0].Path), true, f)));
        }

        if (!contract.HasErrors)
        {
            problems.AddRange(NamespaceNames.Check(contract, namespaces, settings.IsStrict));
            if (settings.ChecksAccepted && roots.Count > 0)
            {
                problems.AddRange(Compare([.. ordered.Where(static s => JceGenerator.IsAccepted(s.Path))], contract));
            }
        }

        var files = ImmutableArray.CreateBuilder<JceFile>();
        if (!contract.HasErrors)
        {
            var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            foreach (var file in contract.Files.Where(static f => f.IsRoot))
            {
                cancellation.ThrowIfCancellationRequested();
                var code = FileEmitter.Emit(file, namespaces);
                if (code.Length > 0)
                {
                    files.Add(new JceFile(HintName(file.Path, names), code));
                }
            }
        }

        return new JceResult(new Values<JceFile>(files.ToImmutable()), new Values<JceProblem>([.. problems.Select(JceProblem.Of)]));
    }

    // Each of several files knows its part; what is new is what none of them knows.
    private static List<IdlDiagnostic> Compare(IReadOnlyList<JceSource> files, IdlContract contract)
    {
        if (files.Count == 0)
        {
            var first = contract.Files.First(static f => f.IsRoot).Path;
            return [IdlProblems.NothingAccepted.At(IdlSpan.StartOf(first), true,
                "no .jce.accepted file is among the additional files: write one with 'hongbao jce accept', or, if nobody relies on this contract, set JceCheckAccepted to false")];
        }

        var parts = new List<(IdlSource Source, AcceptedContract Contract)>();
        foreach (var source in files.Select(static f => new IdlSource(f.Path, f.Text)))
        {
            if (!AcceptedContract.TryParse(source, out var part, out var fault))
            {
                return [fault!];
            }

            parts.Add((source, part));
        }

        return AcceptedContract.TryJoin(parts, out var accepted, out var problem)
            ? [.. Evolution.Compare(accepted, contract), .. Evolution.Additions(accepted, contract)]
            : [problem!];
    }

    private static string HintName(string path, HashSet<string> taken)
    {
        var name = path.Substring(path.LastIndexOfAny(['/', '\\']) + 1);
        var candidate = name + ".g.cs";
        for (var i = 2; !taken.Add(candidate); i++)
        {
            candidate = FormattableString.Invariant($"{name}.{i}.g.cs");
        }

        return candidate;
    }
}

/// <summary>What came of all files.</summary>
internal sealed record JceResult(Values<JceFile> Files, Values<JceProblem> Problems);

/// <summary>The code of one contract file.</summary>
internal sealed record JceFile(string HintName, string Code);

/// <summary>A problem as a value: it holds no syntax tree.</summary>
internal sealed record JceProblem(string Code, bool IsError, string Message, string Page, string Path, int Start, int Length, int Line, int Column)
{
    public static JceProblem Of(IdlDiagnostic diagnostic) => new(
        diagnostic.Code, diagnostic.Severity == IdlSeverity.Error, diagnostic.Message,
        IdlProblems.All.First(p => p.Code == diagnostic.Code).Page, diagnostic.Span.Path, diagnostic.Span.Start, diagnostic.Span.Length, diagnostic.Span.Line, diagnostic.Span.Column);

    public Diagnostic ToDiagnostic()
    {
        var severity = IsError ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
        var descriptor = new DiagnosticDescriptor(Code, "Contract", "{0}", "Hongbao.Jce", severity, isEnabledByDefault: true, helpLinkUri: Page);
        var from = new LinePosition(Line - 1, Column - 1);
        var location = Location.Create(Path, new TextSpan(Start, Length), new LinePositionSpan(from, new LinePosition(Line - 1, Column - 1 + Length)));
        return Diagnostic.Create(descriptor, location, Message);
    }
}
