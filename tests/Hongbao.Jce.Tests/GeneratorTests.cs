using System.Collections.Immutable;
using Hongbao.Jce.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Hongbao.Jce.Tests;

/// <summary>The generator inside the compiler: what it makes again after which edit, and what it says of errors.</summary>
public sealed class GeneratorTests
{
    private static readonly ContractText s_base = new("/contracts/Base.jce", "module A { struct S { 0 require int a; }; };");
    private const string End = "# The end: a file without this line was cut off.\n";
    private static readonly ContractText s_other = new("/contracts/Other.jce", "#include \"Base.jce\"\nmodule A { struct T { 0 require S s; }; };");

    [Fact]
    public void Each_file_becomes_one_source()
    {
        var driver = Run(Driver(s_base, s_other), Code("class C;"));
        Assert.Equal(["Base.jce.g.cs", "Other.jce.g.cs"], driver.GetRunResult().Results.Single().GeneratedSources.Select(static s => s.HintName));
        Assert.Empty(driver.GetRunResult().Diagnostics);
    }

    [Fact]
    public void An_edit_of_code_makes_nothing_again()
    {
        var driver = Run(Driver(s_base, s_other), Code("class C;"));
        driver = Run(driver, Code("class C { int _unrelated; }"));
        foreach (var step in new[] { JceGenerator.SourcesStep, JceGenerator.ContractStep, JceGenerator.FilesStep })
        {
            Assert.All(Outputs(driver, step), static reason => Assert.Contains(reason, new[] { IncrementalStepRunReason.Cached, IncrementalStepRunReason.Unchanged }));
        }

        Assert.All(driver.GetRunResult().Results.Single().TrackedOutputSteps.SelectMany(static s => s.Value).SelectMany(static s => s.Outputs), static output => Assert.Equal(IncrementalStepRunReason.Cached, output.Reason));
    }

    [Fact]
    public void An_edit_of_another_additional_file_makes_nothing_again()
    {
        var readme = new ContractText("/contracts/README.md", "one");
        var driver = Run(Driver(s_base, readme), Code("class C;"));
        driver = Run(driver.ReplaceAdditionalText(readme, new ContractText("/contracts/README.md", "two")), Code("class C;"));
        Assert.All(Outputs(driver, JceGenerator.ContractStep), static reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Fact]
    public void An_edit_of_one_contract_makes_only_its_own_source_again()
    {
        var driver = Run(Driver(s_base, s_other), Code("class C;"));
        var edited = new ContractText(s_other.Path, s_other.GetText()!.ToString().Replace("0 require S s;", "0 require S s; 1 optional int more;", StringComparison.Ordinal));
        driver = Run(driver.ReplaceAdditionalText(s_other, edited), Code("class C;"));
        Assert.Equal([IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Modified], Outputs(driver, JceGenerator.FilesStep));
        Assert.Contains("More", driver.GetRunResult().Results.Single().GeneratedSources[1].SourceText.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_comment_that_is_no_documentation_changes_no_code()
    {
        var driver = Run(Driver(s_base, s_other), Code("class C;"));
        driver = Run(driver.ReplaceAdditionalText(s_base, new ContractText(s_base.Path, s_base.GetText() + "\n\n// The end.\n")), Code("class C;"));
        Assert.All(Outputs(driver, JceGenerator.FilesStep), static reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Fact]
    public void An_error_stands_at_its_file_and_line_and_nothing_is_generated()
    {
        var broken = new ContractText("/contracts/Broken.jce", "module A\n{\n    struct S { 0 require Nothing a; };\n};\n");
        var result = Run(Driver(broken, new ContractText("/contracts/Fine.jce", "module B { struct T { 0 require int b; }; };")), Code("class C;")).GetRunResult();
        var error = Assert.Single(result.Diagnostics);
        Assert.Equal(DiagnosticSeverity.Error, error.Severity);
        Assert.StartsWith("JCE", error.Id, StringComparison.Ordinal);
        Assert.Equal("docs/jce-errors.md#jce030-name-that-is-not-defined", error.Descriptor.HelpLinkUri);
        Assert.Contains("Nothing", error.GetMessage(null), StringComparison.Ordinal);
        Assert.Equal("/contracts/Broken.jce", error.Location.GetLineSpan().Path);
        Assert.Equal(2, error.Location.GetLineSpan().StartLinePosition.Line);
        Assert.Empty(result.GeneratedTrees);
    }

    [Fact]
    public void What_breaks_the_accepted_contract_stands_at_its_line_and_fails_the_build()
    {
        var result = Run(Driver(s_base, Accepted("A::S member 000 require a: string\nA::S struct\n")), Code("class C;")).GetRunResult();

        var error = Assert.Single(result.Diagnostics);
        Assert.Equal((DiagnosticSeverity.Error, "JCE102"), (error.Severity, error.Id));
        Assert.Equal("member 'a' was accepted as 'string' and is now 'int'", error.GetMessage(null));
        Assert.Equal(s_base.Path, error.Location.GetLineSpan().Path);
        Assert.Equal("docs/jce-errors.md#jce102-member-type-changed", error.Descriptor.HelpLinkUri);
    }

    [Fact]
    public void What_is_new_and_not_accepted_is_a_warning()
    {
        var result = Run(Driver(s_base, s_other, Accepted("A::S member 000 require a: int = 0\nA::S struct\n")), Code("class C;")).GetRunResult();

        var warning = Assert.Single(result.Diagnostics);
        Assert.Equal((DiagnosticSeverity.Warning, "JCE127", s_other.Path), (warning.Severity, warning.Id, warning.Location.GetLineSpan().Path));
        Assert.Equal(2, result.GeneratedTrees.Length);
        // Of several accepted files each knows its part.
        Assert.Equal(s_other.Path, Assert.Single(Run(Driver(s_base, s_other, Accepted("A::S member 000 require a: int = 0\nA::S struct\n"), Accepted("B::T enum\n", "/contracts/B.jce.accepted"),
            new ContractText("/contracts/B.jce", "module B { enum T { }; };")), Code("class C;")).GetRunResult().Diagnostics).Location.GetLineSpan().Path);
    }

    [Fact]
    public void An_accepted_file_that_is_none_fails_the_build()
    {
        var error = Assert.Single(Run(Driver(s_base, Accepted("# head\n=======\n")), Code("class C;")).GetRunResult().Diagnostics);

        Assert.Equal((DiagnosticSeverity.Error, "JCE100", "/contracts/A.jce.accepted", 1),
            (error.Severity, error.Id, error.Location.GetLineSpan().Path, error.Location.GetLineSpan().StartLinePosition.Line));
    }

    [Fact]
    public void A_build_that_is_not_given_what_was_accepted_fails_and_says_what_to_do()
    {
        var error = Assert.Single(Run(Driver(new Options(), s_base), Code("class C;")).GetRunResult().Diagnostics);

        Assert.Equal((DiagnosticSeverity.Error, "JCE130", s_base.Path), (error.Severity, error.Id, error.Location.GetLineSpan().Path));
        Assert.Contains("'hongbao jce accept'", error.GetMessage(null), StringComparison.Ordinal);
        Assert.Contains("JceCheckAccepted", error.GetMessage(null), StringComparison.Ordinal);
        // Without contracts of its own there is nothing to compare.
        Assert.Empty(Run(Driver(new Options()), Code("class C;")).GetRunResult().Diagnostics);
    }

    [Theory]
    [InlineData("")]
    [InlineData("A::S member 000 require a: int\nA::S struct\n")]
    public void An_accepted_file_that_is_empty_or_cut_off_fails_the_build(string text)
    {
        var error = Assert.Single(Run(Driver(s_base, new ContractText("/contracts/A.jce.accepted", text)), Code("class C;")).GetRunResult().Diagnostics);

        Assert.Equal((DiagnosticSeverity.Error, "JCE100"), (error.Severity, error.Id));
        Assert.Contains("cut off", error.GetMessage(null), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_accepted_files_that_say_the_same_fail_the_build()
    {
        const string Facts = "A::S member 000 require a: int\nA::S struct\n";
        var error = Assert.Single(Run(Driver(s_base, Accepted(Facts), Accepted(Facts, "/contracts/old.jce.accepted")), Code("class C;")).GetRunResult().Diagnostics);

        Assert.Equal("JCE100", error.Id);
        Assert.Equal("'A::S' is accepted in /contracts/A.jce.accepted too: keep one of the two files", error.GetMessage(null));
    }

    [Fact]
    public void Included_files_are_found_in_the_folders_that_the_project_says()
    {
        var including = new ContractText("/project/Own.jce", "#include \"Base.jce\"\nmodule B { struct T { 0 require A::S b; }; };");
        CSharpGeneratorDriver DriverWith(string folders)
        {
            var options = Unchecked("JceIncludeFolderPaths", folders);
            options.Files.Add(s_base.Path, new() { ["build_metadata.AdditionalFiles.JceGenerate"] = "false" });
            return Driver(options, s_base, including);
        }

        Assert.Equal("JCE048", Run(DriverWith(""), Code("class C;")).GetRunResult().Diagnostics[0].Id);
        Assert.Empty(Run(DriverWith("/elsewhere|/contracts/"), Code("class C;")).GetRunResult().Diagnostics);
    }

    [Theory]
    [InlineData("A", "JceNamespaces has 'A', which is no pair such as Module=Name.Space")]
    [InlineData("A=B=C", "JceNamespaces has 'A=B=C', which is no pair such as Module=Name.Space")]
    [InlineData("A=B.", "JceNamespaces has 'A=B.', which is no pair such as Module=Name.Space")]
    [InlineData("A=", "JceNamespaces has 'A=', which is no pair such as Module=Name.Space")]
    [InlineData("A=B, A=C", "JceNamespaces has module 'A' twice")]
    public void Namespaces_that_cannot_be_read_fail_the_build(string namespaces, string message)
    {
        var error = Assert.Single(Run(Driver(Unchecked("JceNamespaces", namespaces), s_base), Code("class C;")).GetRunResult().Diagnostics);

        Assert.Equal((DiagnosticSeverity.Error, "JCE070", message), (error.Severity, error.Id, error.GetMessage(null)));
    }

    [Fact]
    public void Two_modules_in_one_namespace_must_have_different_names()
    {
        ContractText[] Texts(string b) => [s_base, new("/contracts/Second.jce", $"module B {{ {b} }};")];
        var driver = Driver(Unchecked("JceNamespaces", "A=One,B=One"), Texts("enum S { };"));

        var error = Assert.Single(Run(driver, Code("class C;")).GetRunResult().Diagnostics);
        Assert.Equal(("JCE064", "generated code needs the name 'One.S' for module 'A', which JceNamespaces puts into the same namespace"), (error.Id, error.GetMessage(null)));
        Assert.Empty(Run(Driver(Unchecked("JceNamespaces", "A=One,B=One"), Texts("enum T { };")), Code("class C;")).GetRunResult().Diagnostics);
        Assert.Empty(Run(Driver(Unchecked("JceNamespaces", "A=One,B=Two"), Texts("enum S { };")), Code("class C;")).GetRunResult().Diagnostics);
    }

    [Fact]
    public void The_program_that_accepts_can_be_built_without_the_comparison()
    {
        var options = new Options { Global = { ["build_property.JceCheckAccepted"] = "false" } };

        Assert.Empty(Run(Driver(options, s_base, Accepted("A::S enum\n")), Code("class C;")).GetRunResult().Diagnostics);
    }

    [Fact]
    public void Files_for_inclusion_only_are_not_generated()
    {
        var options = new Options { Global = { ["build_property.JceCheckAccepted"] = "false" }, Files = { [s_base.Path] = new() { ["build_metadata.AdditionalFiles.JceGenerate"] = "false" } } };
        var result = Run(Driver(options, s_base, s_other), Code("class C;")).GetRunResult();
        Assert.Empty(result.Diagnostics);
        Assert.Equal("Other.jce.g.cs", Assert.Single(result.Results.Single().GeneratedSources).HintName);
    }

    [Theory]
    [InlineData("/project/../contracts/Base.jce")]
    [InlineData("/contracts/Base.jce")]
    public void A_file_for_inclusion_only_is_found_from_another_folder(string path)
    {
        var options = new Options { Global = { ["build_property.JceCheckAccepted"] = "false" }, Files = { [path] = new() { ["build_metadata.AdditionalFiles.JceGenerate"] = "false" } } };
        var including = new ContractText("/project/own/Own.jce", "#include \"../../contracts/Base.jce\"\nmodule B { struct T { 0 require A::S b; }; };");
        var result = Run(Driver(options, new ContractText(path, "module A { struct S { 0 require int a; }; };"), including), Code("namespace A { class S; }")).GetRunResult();
        Assert.Empty(result.Diagnostics);
        Assert.Equal("Own.jce.g.cs", Assert.Single(result.Results.Single().GeneratedSources).HintName);
    }

    [Fact]
    public void A_module_has_the_namespace_that_the_project_says()
    {
        var result = Run(Driver(Unchecked("JceNamespaces", "A=Some.Where; B = Else,"), s_base), Code("class C;")).GetRunResult();
        Assert.Empty(result.Diagnostics);
        Assert.Contains("namespace Some.Where\n", result.GeneratedTrees.Single().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_one_name_in_two_folders_do_not_meet()
    {
        var result = Run(Driver(new ContractText("/a/X.jce", "module A { struct S { 0 require int a; }; };"), new ContractText("/b/X.jce", "module B { struct S { 0 require int a; }; };")), Code("class C;")).GetRunResult();
        Assert.Equal(["X.jce.2.g.cs", "X.jce.g.cs"], result.Results.Single().GeneratedSources.Select(static s => s.HintName).Order(StringComparer.Ordinal));
    }

    private static ContractText Accepted(string facts, string path = "/contracts/A.jce.accepted") => new(path, facts + End);

    private static IEnumerable<IncrementalStepRunReason> Outputs(GeneratorDriver driver, string step) =>
        driver.GetRunResult().Results.Single().TrackedSteps[step].SelectMany(static s => s.Outputs).Select(static o => o.Reason);

    // What was accepted matters only to tests that have it.
    private static CSharpGeneratorDriver Driver(params AdditionalText[] texts) =>
        Driver(new Options { Global = { ["build_property.JceCheckAccepted"] = texts.Any(static t => t.Path.EndsWith(".accepted", StringComparison.Ordinal)) ? "true" : "false" } }, texts);

    private static Options Unchecked(string property, string value) => new() { Global = { ["build_property.JceCheckAccepted"] = "false", ["build_property." + property] = value } };

    private static CSharpGeneratorDriver Driver(Options options, params AdditionalText[] texts) => CSharpGeneratorDriver.Create(
        [new JceGenerator().AsSourceGenerator()], texts, optionsProvider: options, driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    private static GeneratorDriver Run(GeneratorDriver driver, Compilation compilation) => driver.RunGenerators(compilation);

    private static CSharpCompilation Code(string code) => CSharpCompilation.Create("C", [CSharpSyntaxTree.ParseText(code)]);

    private sealed class ContractText(string path, string text) : AdditionalText
    {
        private readonly SourceText _text = SourceText.From(text);

        public override string Path { get; } = path;

        public override SourceText? GetText(CancellationToken cancellationToken = default) => _text;
    }

    private sealed class Options : AnalyzerConfigOptionsProvider
    {
        public Dictionary<string, string> Global { get; } = [];

        public Dictionary<string, Dictionary<string, string>> Files { get; } = [];

        public override AnalyzerConfigOptions GlobalOptions => new Values(Global);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => new Values([]);

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => new Values(Files.GetValueOrDefault(textFile.Path) ?? []);

        private sealed class Values(Dictionary<string, string> values) : AnalyzerConfigOptions
        {
            public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value);
        }
    }
}
