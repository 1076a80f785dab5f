using System.Text.RegularExpressions;

namespace Hongbao.Jce.Idl.Tests;

/// <summary>The table of problems and the page that explains them agree, and the page's examples are true.</summary>
public sealed partial class ProblemPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "jce-errors.md"));

    // Their examples stand for texts that are too long for a page, or need more than a contract.
    private static readonly string[] WithoutExample = ["JCE017", "JCE023", "JCE024", "JCE031", "JCE050", "JCE053", "JCE070", "JCE100", "JCE130"];

    public static TheoryData<string> Codes => [.. IdlProblems.All.Select(p => p.Code).Except(WithoutExample)];

    [Fact]
    public void Each_problem_has_one_section_with_its_title_and_no_section_has_none()
    {
        Assert.Equal(
            IdlProblems.All.Select(p => $"{p.Code} {p.Title}").Order(StringComparer.Ordinal),
            Heading().Matches(Page).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_problem_links_to_its_section()
    {
        var anchors = Heading().Matches(Page).Select(m => Regex.Replace(m.Groups[1].Value.ToLowerInvariant(), "[^a-z0-9 -]", "").Replace(' ', '-'));

        Assert.Equal(anchors.Select(a => "docs/jce-errors.md#" + a), IdlProblems.All.Select(p => p.Page));
        Assert.Contains("docs/jce-errors.md#jce060-value-out-of-its-types-range", IdlProblems.All.Select(p => p.Page));
    }

    [Fact]
    public void Codes_are_unique()
    {
        Assert.Equal(IdlProblems.All.Count, IdlProblems.All.Select(p => p.Code).Distinct().Count());
        Assert.All(IdlProblems.All, p => Assert.Matches("^JCE[0-9]{3}$", p.Code));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void The_example_of_a_problem_shows_it(string code)
    {
        var section = Page[Page.IndexOf($"## {code} ", StringComparison.Ordinal)..].Split("\n## ")[0];
        var examples = Example().Matches(section).Select(m => m.Groups[1].Value).ToArray();

        var diagnostics = examples switch
        {
            [var text] => Corpus.Compile(text).Diagnostics,
            [var accepted, var now] when code == "JCE127" => Evolution.Additions(Accept(accepted), Corpus.CompileGood(now)),
            [var accepted, var now] => Evolution.Compare(Accept(accepted), Corpus.CompileGood(now)),
            _ => [],
        };

        Assert.Equal([code], diagnostics.Select(d => d.Code).Distinct());
        Assert.Contains("To mend: ", section, StringComparison.Ordinal);
    }

    [Fact]
    public void Problems_with_long_examples_are_found()
    {
        Assert.Equal("JCE017", Only(Struct($"0 require {string.Concat(Enumerable.Repeat("vector<", 64))}int{new string('>', 64)} a;")));
        Assert.Empty(Corpus.Compile(Struct($"0 require {string.Concat(Enumerable.Repeat("vector<", 63))}int{new string('>', 63)} a;")).Diagnostics);
        Assert.Equal("JCE023", Only($"module M {{ interface I {{ void f({string.Join(", ", Enumerable.Range(1, 256).Select(i => $"int p{i}"))}); }}; }};"));
        Assert.Empty(Corpus.Compile($"module M {{ interface I {{ void f({string.Join(", ", Enumerable.Range(1, 255).Select(i => $"int p{i}"))}); }}; }};").Diagnostics);
        var many = Corpus.Compile(string.Concat(Enumerable.Repeat("? ", 1000))).Diagnostics;
        Assert.Equal(101, many.Count);
        Assert.Equal("JCE024", many.Single(d => d.Code != "JCE001").Code);

        var warned = Corpus.Compile($"module M {{ {string.Concat(Enumerable.Range(0, 200).Select(i => $"enum E{i} {{ A }}; "))} }};");
        Assert.Equal(100, warned.Diagnostics.Count);
        Assert.False(warned.HasErrors);

        static string Only(string text) => Assert.Single(Corpus.Compile(text).Diagnostics).Code;
    }

    [Theory]
    [InlineData("0 optional byte b = 300;", "JCE060", "44")]
    [InlineData("0 optional byte b = -129;", "JCE060", "127")]
    [InlineData("0 optional unsigned byte b = -1;", "JCE060", "255")]
    [InlineData("0 optional short b = 0x18000;", "JCE060", "-32768")]
    [InlineData("0 optional unsigned short b = 65536;", "JCE060", "0")]
    [InlineData("0 optional int b = 4294967295;", "JCE060", "-1")]
    [InlineData("0 optional unsigned int b = 4294967296;", "JCE060", "0")]
    [InlineData("0 optional int b = 1.9;", "JCE060", "1")]
    [InlineData("0 optional int b = 1e99;", "JCE060", "0")]
    public void What_the_real_compilers_let_pass_is_a_warning_only_to_the_lax(string member, string code, string value)
    {
        var strict = Assert.Single(Corpus.Compile(Struct(member)).Diagnostics);
        var lax = Corpus.Compile(Struct(member), Corpus.Lax);

        Assert.Equal((code, IdlSeverity.Error), (strict.Code, strict.Severity));
        Assert.Equal(IdlSeverity.Warning, Assert.Single(lax.Diagnostics).Severity);
        Assert.Equal(value, lax.Files[0].Modules[0].Structs.Single().Members[0].Default!.ToString());
    }

    [Theory]
    [InlineData("const int A = 08;", "JCE005")]
    [InlineData("const long A = 9223372036854775808;", "JCE005")]
    [InlineData("const long A = 0x8000000000000000;", "JCE005")]
    [InlineData("const double A = 1e999;", "JCE005")]
    [InlineData("const float A = 1e39;", "JCE005")]
    [InlineData("const string A = \"\\x\";", "JCE004")]
    [InlineData("const string A = \"\\x100\";", "JCE004")]
    [InlineData("const string A = \"\\0\";", "JCE004")]
    [InlineData("const string A = \"\\4\";", "JCE004")]
    [InlineData("const string A = \"\\xff\";", "JCE004")]
    [InlineData("const string A = \"a;\r\n", "JCE003")]
    [InlineData("enum aä { };", "JCE001")]
    [InlineData("enum ä { };", "JCE001")]
    [InlineData("enum E { }; \0", "JCE001")]
    [InlineData("const vector<int> A = 5;", "JCE039")]
    [InlineData("const string A = 5;", "JCE040")]
    [InlineData("const bool A = \"true\";", "JCE040")]
    [InlineData("const int A = true;", "JCE040")]
    [InlineData("enum E { X }; const bool A = X;", "JCE040")]
    [InlineData("enum E { X }; const E A = \"X\";", "JCE040")]
    [InlineData("enum E { X }; enum F { Y }; const E A = Y;", "JCE041")]
    [InlineData("const int B = 1; const int A = B;", "JCE041")]
    [InlineData("enum E { X }; const E A = 7;", "JCE060")]
    [InlineData("enum E { X = 2147483648 };", "JCE060")]
    [InlineData("enum E { X = 2147483647, Y };", "JCE060")]
    [InlineData("enum E { X = Z };", "JCE041")]
    [InlineData("enum E { X = \"a\" };", "JCE038")]
    [InlineData("enum tafE { };", "JCE013")]
    [InlineData("enum E { tarsX };", "JCE013")]
    [InlineData("struct S { 0 require ::M::S s; };", "JCE030")]
    [InlineData("struct S { 0 require M::M::S s; };", "JCE030")]
    [InlineData("struct S { -1 require int s; };", "JCE036")]
    [InlineData("struct S { 0 require long *p; };", "JCE025")]
    [InlineData("struct S { 0 require string a; // reserved 256\n };", "JCE052")]
    [InlineData("struct S { 1 require string a; /* reserved 3-1 */\n };", "JCE052")]
    [InlineData("struct S { 0 require string a; // reserved 4, ７\n };", "JCE052")]
    [InlineData("struct S { 0 require string a; // reserved 1٢\n };", "JCE052")]
    [InlineData("struct S { 0 require string a; // reserved ７\n };", "JCE052")]
    [InlineData("struct S { 0 require string a; // reserved 4-７\n };", "JCE052")]
    [InlineData("struct S { 0 require string a; // reserved -4\n };", "JCE052")]
    [InlineData("enum E { A /* reserved 2147483648 */ };", "JCE052")]
    [InlineData("enum E { A /* reserved 99999999999 */ };", "JCE052")]
    [InlineData("enum E { A = -1 /* reserved 0-1000 */ };", "JCE052")]
    [InlineData("enum E { A /* reserved 0 */ };", "JCE051")]
    [InlineData("enum E { A, B = -3, C /* reserved -2 */ };", "JCE051")]
    [InlineData("struct S { 0 require int a; }; key[S, a]; key[S, a];", "JCE065")]
    [InlineData("struct T { 0 require int a; }; struct S { 0 require T t; }; key[S, t];", "JCE066")]
    [InlineData("struct S { 0 require map<int, int> m; }; key[S, m];", "JCE066")]
    [InlineData("struct var { 0 require int a; };", "JCE064")]
    [InlineData("enum var { A };", "JCE064")]
    [InlineData("struct S { // reserved 0\n 0 require int a; };", "JCE051")]
    [InlineData("struct S { 0 require int a;\n // reserved 0\n };", "JCE051")]
    [InlineData("interface I { int f(out routekey int a); };", "JCE022")]
    [InlineData("interface I { out(int a); };", "JCE010")]
    [InlineData("interface I { int f(int a,); };", "JCE010")]
    [InlineData("interface I : J { };", "JCE010")]
    [InlineData("struct I { 0 require int a; }; interface I { };", "JCE033")]
    [InlineData("enum E { A; B };", "JCE010")]
    [InlineData("#pragma once\n", "JCE006")]
    [InlineData("#include\n", "JCE006")]
    [InlineData("#include \"x.jce\"\n", "JCE010")]
    [InlineData("int a;", "JCE010")]
    public void A_fault_inside_a_module_is_the_only_one_reported(string body, string code)
    {
        var diagnostic = Assert.Single(Corpus.Compile($"module M {{ {body} }};").Diagnostics);

        Assert.Equal(code, diagnostic.Code);
    }

    [Fact]
    public void A_struct_inside_a_key_may_have_its_own_behind_it() => Assert.Empty(Corpus.Compile(
        "module M { struct T { 0 require int a; }; struct S { 0 require T t; }; key[S, t]; key[T, a]; };").Diagnostics);

    [Theory]
    [InlineData(16, false)]
    [InlineData(17, true)]
    [InlineData(200, true)]
    public void A_struct_that_nobody_could_read_is_too_big(int doubled, bool isTooBig)
    {
        var text = "module M { struct D0 { 0 optional vector<int> a; };"
            + string.Concat(Enumerable.Range(1, doubled).Select(i => $"struct D{i} {{ 0 optional D{i - 1} a; 1 optional D{i - 1} b; }};")) + " };";

        // D0 is 2 objects, D1 5, D2 11, …
        Assert.Equal(isTooBig, Corpus.Compile(text).Diagnostics.Any(d => d.Code == "JCE067"));
        Assert.Equal(isTooBig, Corpus.Compile(text).HasErrors);
    }

    [Fact]
    public void Messages_cannot_control_a_terminal()
    {
        var diagnostics = Corpus.Compile("#include \"\u001b[2J\u009b\"\nmodule M { \"a\rb\u202e\" };").Diagnostics
            .Concat(IdlCompilation.Compile([new("\u001b[1m.jce", "module")], new(), _ => null).Diagnostics).ToArray();

        Assert.Equal(["JCE048", "JCE010", "JCE010"], diagnostics.Select(d => d.Code));
        Assert.Contains("'\\u{1b}[2J\\u{9b}'", diagnostics[0].Message, StringComparison.Ordinal);
        Assert.Contains("a\\u{d}b\\u{202e}", diagnostics[1].Message, StringComparison.Ordinal);
        Assert.StartsWith("\\u{1b}[1m.jce(1,", diagnostics[2].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("void")]
    [InlineData("struct")]
    [InlineData("bool")]
    [InlineData("byte")]
    [InlineData("short")]
    [InlineData("int")]
    [InlineData("double")]
    [InlineData("float")]
    [InlineData("long")]
    [InlineData("string")]
    [InlineData("vector")]
    [InlineData("map")]
    [InlineData("key")]
    [InlineData("routekey")]
    [InlineData("module")]
    [InlineData("interface")]
    [InlineData("out")]
    [InlineData("require")]
    [InlineData("optional")]
    [InlineData("false")]
    [InlineData("true")]
    [InlineData("enum")]
    [InlineData("const")]
    [InlineData("unsigned")]
    public void A_keyword_names_operations_and_nothing_else(string keyword)
    {
        Assert.Equal("JCE012", Assert.Single(Corpus.Compile(Struct($"0 require int {keyword};")).Diagnostics).Code);
        Assert.Empty(Corpus.Compile($"module M {{ interface I {{ int {keyword} (int a); void {keyword}x(int a); }}; }};").Diagnostics);
    }

    [Fact]
    public void A_missing_semicolon_is_reported_behind_what_it_ends_or_before_what_cannot_follow()
    {
        var behind = Assert.Single(Corpus.Compile("module M { struct S {\n0 require int a\n1 require int b; }; };").Diagnostics);
        var before = Assert.Single(Corpus.Compile("module M { struct S {\n0 require int a 1 require int b; }; };").Diagnostics);
        var atEnd = Assert.Single(Corpus.Compile("module M { struct S {\n0 require int a").Diagnostics);

        Assert.Equal(("JCE011", 2, 16, 0), (behind.Code, behind.Span.Line, behind.Span.Column, behind.Span.Length));
        Assert.Equal(("JCE010", 2, 17), (before.Code, before.Span.Line, before.Span.Column));
        Assert.Equal(("JCE011", 2, 16), (atEnd.Code, atEnd.Span.Line, atEnd.Span.Column));
    }

    [Fact]
    public void Several_faults_are_reported_in_one_run()
    {
        var contract = Corpus.Compile("""
            module M
            {
                struct S
                {
                    0 require int a
                    1 require strin b;
                    2 int c;
                    3 require vector<int d;
                    4 require int e;
                };
                enum E { A, B C, D };
                interface I
                {
                    int f(int);
                    void g(S s)
                    bad;
                    void h(E e);
                };
            };
            module N { struct T { 0 require M::S s; }; }
            """);

        Assert.Equal(
            ["5 JCE011", "6 JCE030", "7 JCE014", "8 JCE010", "11 JCE010", "14 JCE010", "15 JCE011", "16 JCE010", "20 JCE011"],
            contract.Diagnostics.Select(d => $"{d.Span.Line} {d.Code}"));
        Assert.Equal(["a", "c", "e"], contract.Files[0].Modules[0].Structs.Single().Members.Select(m => m.Name));
    }

    private static AcceptedContract Accept(string text) => AcceptedContract.Parse(AcceptedContract.Write(Corpus.CompileGood(text)));

    private static string Struct(string member) => $"module M {{ struct S {{ {member} }}; }};";

    [GeneratedRegex("^## (JCE.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^```jce\n(.*?)\n```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
