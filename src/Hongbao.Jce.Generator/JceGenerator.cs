using System.Collections.Immutable;
using Hongbao.Jce.Generator.CSharp;
using Hongbao.Jce.Idl;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Hongbao.Jce.Generator;

/// <summary>
/// Turns the <c>.jce</c> and <c>.tars</c> files among a project's additional files into C#. Everything that passes from step to step is compared by value, so an edit
/// of C# code makes nothing again, and an edit of one contract only what becomes different.
/// </summary>
[Generator]
public sealed class JceGenerator : IIncrementalGenerator
{
    /// <summary>Name of the step that reads the contract files, for tests.</summary>
    public const string SourcesStep = "JceSources";

    /// <summary>Name of the step that makes all code, for tests.</summary>
    public const string ContractStep = "JceContract";

    /// <summary>Name of the step that has a result for each file, for tests.</summary>
    public const string FilesStep = "JceFiles";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var sources = context.AdditionalTextsProvider
            .Where(static text => IsContract(text.Path) || IsAccepted(text.Path))
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Select(static (pair, cancellation) => JceSource.Of(pair.Left, pair.Right.GetOptions(pair.Left), cancellation))
            .WithTrackingName(SourcesStep);
        var settings = context.AnalyzerConfigOptionsProvider.Select(static (options, _) => JceSettings.Of(options.GlobalOptions));
        var contract = sources.Collect().Combine(settings)
            .Select(static (pair, cancellation) => JceCompilation.Run(pair.Left, pair.Right, cancellation))
            .WithTrackingName(ContractStep);
        var files = contract.SelectMany(static (result, _) => result.Files).WithTrackingName(FilesStep);
        context.RegisterSourceOutput(files, static (output, file) => output.AddSource(file.HintName, SourceText.From(file.Code, System.Text.Encoding.UTF8)));
        context.RegisterSourceOutput(contract.SelectMany(static (result, _) => result.Problems), static (output, problem) => output.ReportDiagnostic(problem.ToDiagnostic()));
    }

    internal static bool IsContract(string path) => path.EndsWith(".jce", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".tars", StringComparison.OrdinalIgnoreCase);

    internal static bool IsAccepted(string path) => path.EndsWith(".jce.accepted", StringComparison.OrdinalIgnoreCase);
}
