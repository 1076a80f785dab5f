namespace Hongbao.Jce.Idl.Tests;

/// <summary>What a change breaks for others is found where it is made, and what breaks nothing is let pass.</summary>
public sealed class EvolutionTests
{
    [Theory]
    // Fine.
    [InlineData("struct S { 0 require int a; };", "// doc\nstruct S { 0 require int a; /* doc */ };", "")]
    [InlineData("struct S { 0 require int a; };", "struct S { 1 optional int b = 5; 0 require int a; }; struct T { 0 require int a; }; enum E { A }; interface I { };", "")]
    [InlineData("enum E { A, B };", "enum E { B = 1, A = 0, C };", "")]
    [InlineData("interface I { void f(int a); };", "interface I { int g(); void f(routekey int a); };", "")]
    [InlineData("struct S { 0 require int a; 1 optional int b; };", "struct S { 0 require int a; /* reserved 1 */ };", "")]
    [InlineData("struct S { 0 optional int a; };", "struct S { 0 optional int a = 0; };", "")]
    [InlineData("enum E { A, B }; struct S { 0 optional E a; };", "enum E { A, B }; struct S { 0 optional E a = A; };", "")]
    [InlineData("struct S { 0 require byte a[4]; };", "struct S { 0 require vector<byte> a; };", "")]
    [InlineData("struct S { 0 require int a; 1 require int b; };", "struct S { 1 require int b; 0 require int a; };", "")]
    [InlineData("struct S { 0 require int a = 1; };", "struct S { 0 require int a = 2; };", "")]
    [InlineData("enum E { A, B }; struct S { 0 require E a; };", "enum E { B = 1, A = 0 }; struct S { 0 require E a; };", "")]
    [InlineData("enum E { A, B };", "enum E { A /* reserved 1 */ };", "")]
    [InlineData("struct S { 0 require int a; 1 require int b; }; key[S, a, b];", "struct S { 0 require int a; 1 require int b; 2 optional int c; }; key[S, a, b];", "")]
    [InlineData("struct S { 0 require int a; }; struct T { 0 require map<int, S> m; };", "struct S { 0 require int a; 1 optional int b; }; struct T { 0 require map<int, S> m; };", "")]
    // Tags and names.
    [InlineData("struct S { 0 require int a; };", "struct S { 0 require string b; };", "JCE101 b")]
    [InlineData("struct S { 0 require int a; 1 require int b; };", "struct S { 0 require int b; 1 require int a; };", "JCE101 b, JCE101 a")]
    [InlineData("struct S { 0 optional int a; };", "struct S { 0 optional int b; 1 optional int a; };", "JCE101 b")]
    [InlineData("struct S { 0 optional int a; 1 optional int b; };", "struct S { 0 optional int b; };", "JCE101 b, JCE108 S")]
    [InlineData("struct S { 0 require int a; };", "struct S { 0 require int b; };", "JCE125 b")]
    [InlineData("struct S { 0 require int a; };", "struct S { 0 optional int b = 5; };", "JCE125 b, JCE106 b")]
    // Types.
    [InlineData("struct S { 0 require int a; };", "struct S { 0 require string a; };", "JCE102 a")]
    [InlineData("struct S { 0 require int a; };", "struct S { 0 require short a; };", "JCE102 a")]
    [InlineData("struct S { 0 require vector<int> a; };", "struct S { 0 require vector<long> a; };", "JCE102 a")]
    [InlineData("struct S { 0 require byte a; };", "struct S { 0 require unsigned byte a; };", "JCE102 a")]
    [InlineData("struct S { 0 require byte a; };", "struct S { 0 require short a; };", "JCE103 a")]
    [InlineData("struct S { 0 require unsigned byte a; };", "struct S { 0 require unsigned int a; };", "JCE103 a")]
    [InlineData("struct S { 0 require short a; };", "struct S { 0 require long a; };", "JCE103 a")]
    [InlineData("struct S { 0 require unsigned short a; };", "struct S { 0 require int a; };", "JCE103 a")]
    [InlineData("struct S { 0 require int a; };", "struct S { 0 require long a; };", "JCE103 a")]
    [InlineData("struct S { 0 require unsigned int a; };", "struct S { 0 require long a; };", "JCE103 a")]
    [InlineData("struct S { 0 require float a; };", "struct S { 0 require double a; };", "JCE103 a")]
    [InlineData("struct S { 0 require double a; };", "struct S { 0 require float a; };", "JCE102 a")]
    // Presence.
    [InlineData("struct S { 0 require int a; };", "struct S { 0 require int a; 1 require int b; };", "JCE104 b")]
    [InlineData("struct S { 0 optional int a; };", "struct S { 0 require int a; };", "JCE105 a")]
    [InlineData("struct S { 0 require int a; };", "struct S { 0 optional int a; };", "JCE106 a")]
    [InlineData("struct S { 0 require int a; 1 require int b; };", "struct S { 0 require int a; /* reserved 1 */ };", "JCE107 S")]
    [InlineData("struct S { 0 require int a; 1 optional int b; };", "struct S { 0 require int a; };", "JCE108 S")]
    [InlineData("struct S { 0 require int a; /* reserved 1 */ };", "struct S { 0 require int a; };", "JCE109 S")]
    [InlineData("struct S { 0 require int a; /* reserved 1 */ };", "struct S { 0 require int a; 1 optional int b; };", "JCE109 b")]
    // Defaults.
    [InlineData("struct S { 0 optional int a; };", "struct S { 0 optional int a = 1; };", "JCE110 a")]
    [InlineData("struct S { 0 optional string a = \" = \"; };", "struct S { 0 optional string a; };", "JCE110 a")]
    [InlineData("enum E { A, B }; struct S { 0 optional E a; };", "enum E { B = 1, A = 0 }; struct S { 0 optional E a; };", "JCE110 a")]
    // Keys.
    [InlineData("struct S { 0 require int a; 1 require int b; }; key[S, a, b];", "struct S { 0 require int a; 1 require int b; }; key[S, a];", "JCE128 S")]
    [InlineData("struct S { 0 require int a; 1 require int b; }; key[S, a, b];", "struct S { 0 require int a; 1 require int b; }; key[S, b, a];", "JCE128 S")]
    [InlineData("struct S { 0 require int a; }; key[S, a];", "struct S { 0 require int a; };", "JCE128 S")]
    [InlineData("struct S { 0 require int a; };", "struct S { 0 require int a; }; key[S, a];", "JCE128 S")]
    [InlineData("struct S { 0 require int a; }; key[S, a];", "struct S { 0 require int b; }; key[S, b];", "JCE125 b")]
    [InlineData("struct K { 0 require int a; }; struct S { 0 require map<K, int> m; };", "struct K { 0 require int a; 1 optional int b; }; struct S { 0 require map<K, int> m; };", "JCE129 b")]
    [InlineData("struct K { 0 require int a; }; interface I { vector<map<K, int>> f(); };", "struct K { 0 require int a; 1 optional int b; }; interface I { vector<map<K, int>> f(); };", "JCE129 b")]
    [InlineData("struct K { 0 require int a; 1 optional int b; }; struct S { 0 require map<K, int> m; };", "struct K { 0 require int a; /* reserved 1 */ }; struct S { 0 require map<K, int> m; };", "JCE129 K")]
    [InlineData("struct J { 0 require int a; }; struct K { 0 require J j; }; struct S { 0 require map<K, int> m; };", "struct J { 0 require int a; 1 optional int b; }; struct K { 0 require J j; }; struct S { 0 require map<K, int> m; };", "JCE129 b")]
    [InlineData("struct J { 0 require int a; }; struct K { 0 require J j; 1 require int b; }; key[K, b]; struct S { 0 require map<K, int> m; };", "struct J { 0 require int a; 1 optional int c; }; struct K { 0 require J j; 1 require int b; }; key[K, b]; struct S { 0 require map<K, int> m; };", "")]
    // Enums and constants.
    [InlineData("enum E { A, B };", "enum E { X, A, B };", "JCE111 A, JCE111 B")]
    [InlineData("enum E { A, B };", "enum E { A };", "JCE112 E")]
    [InlineData("enum E { A, B };", "enum E { A, C };", "JCE112 E")]
    [InlineData("enum E { A /* reserved 1 */ };", "enum E { A };", "JCE109 E")]
    [InlineData("enum E { A /* reserved 1 */ };", "enum E { A, C };", "JCE109 C")]
    [InlineData("const int A = 1;", "const int A = 2;", "JCE113 A")]
    [InlineData("const int A = 1;", "const long A = 1;", "JCE113 A")]
    [InlineData("const int A = 1;", "const int B = 1;", "JCE114 M")]
    // Interfaces.
    [InlineData("interface I { void f(); };", "interface I { void g(); };", "JCE115 I")]
    [InlineData("interface I { void f(int a); };", "interface I { void f(int a, out int b); };", "JCE116 b")]
    [InlineData("interface I { void f(int a); };", "interface I { void f(int b, int a); };", "JCE116 b")]
    [InlineData("interface I { void f(int a, int b); };", "interface I { void f(int b); };", "JCE117 f")]
    [InlineData("interface I { void f(int a, int b); };", "interface I { void f(int c, string b, int d); };", "JCE117 f, JCE116 c, JCE119 b, JCE116 d")]
    [InlineData("interface I { void f(int a, int b, int c); };", "interface I { void f(int c, int a, int b); };", "JCE118 f")]
    [InlineData("interface I { void f(int a); };", "interface I { void f(long a); };", "JCE119 a")]
    [InlineData("interface I { void f(int a); };", "interface I { void f(out int a); };", "JCE119 a")]
    [InlineData("interface I { void f(int a); };", "interface I { void f(string b); };", "JCE119 b")]
    [InlineData("interface I { void f(int a); };", "interface I { void f(int b); };", "JCE126 b")]
    [InlineData("interface I { void f(int a, int b); };", "interface I { void f(int a, string c); };", "JCE119 c")]
    [InlineData("interface I { void f(int a, int b); };", "interface I { void f(int b, int c); };", "JCE117 f, JCE116 c")]
    [InlineData("interface I { void f(); };", "interface I { int f(); };", "JCE120 f")]
    [InlineData("interface I { vector<int> f(); };", "interface I { void f(); };", "JCE120 f")]
    // What is gone.
    [InlineData("struct S { 0 require int a; };", "", "JCE121 M")]
    [InlineData("enum S { A };", "", "JCE122 M")]
    [InlineData("interface S { };", "", "JCE123 M")]
    [InlineData("struct S { 0 require int a; };", "enum S { };", "JCE121 S")]
    public void A_change_is_judged(string accepted, string now, string expected)
    {
        var text = $"module M {{ {now} }};";

        var diagnostics = Compare(accepted, text);

        // The word at the place says whether it is the right place.
        Assert.Equal(expected, string.Join(", ", diagnostics.Select(d => $"{d.Code} {text.Substring(d.Span.Start, d.Span.Length)}")));
        Assert.All(diagnostics, d => Assert.Equal(
            d.Code is "JCE113" or "JCE114" or "JCE125" ? IdlSeverity.Warning : IdlSeverity.Error, d.Severity));
    }

    [Fact]
    public void An_enumerator_that_is_gone_is_told_how_to_keep_its_value_where_that_is_possible()
    {
        Assert.Equal("'B = 1' of enum 'E' is gone: keep its value from use with '// reserved 1'", Assert.Single(Compare("enum E { A, B };", "module M { enum E { A }; };")).Message);
        Assert.Equal("'B = 1' of enum 'E' is gone; its value is now that of 'C'", Assert.Single(Compare("enum E { A, B };", "module M { enum E { A, C }; };")).Message);
    }

    [Theory]
    [InlineData("module N { struct S { 0 require int a; }; };")]
    [InlineData("")]
    public void A_module_that_is_gone_is_reported_once_at_the_start(string now)
    {
        var diagnostic = Assert.Single(Compare("struct S { 0 require int a; }; enum E { }; ", now));

        Assert.Equal(("JCE124", IdlSpan.StartOf("now.jce")), (diagnostic.Code, diagnostic.Span));
    }

    [Fact]
    public void What_moves_to_another_file_stays_accepted()
    {
        var accepted = Accept("struct S { 0 require int a; }; struct T { 0 require S s; };");
        var now = IdlCompilation.Compile(
            [new("b.jce", "#include \"a.jce\"\nmodule M { struct T { 0 require S s; }; };")], new(), p => new(p, "module M { struct S { 0 require int a; }; };"));

        Assert.Empty(now.Diagnostics);
        Assert.Empty(Evolution.Compare(accepted, now));
    }

    [Fact]
    public void A_contract_with_errors_is_not_compared() => Assert.Empty(Compare("enum E { A };", "module M { enum E { A = };"));

    [Theory]
    [MemberData(nameof(FormatterTests.GoodNames), MemberType = typeof(FormatterTests))]
    public void A_contract_that_is_accepted_breaks_nothing(string name)
    {
        var contract = Corpus.Compile(Corpus.Good.Single(c => c.Name == name), Corpus.Lax);

        Assert.Empty(Evolution.Compare(AcceptedContract.Parse(AcceptedContract.Write(contract)), contract));
        Assert.Empty(Evolution.Additions(AcceptedContract.Parse(AcceptedContract.Write(contract)), contract));
    }

    [Theory]
    [InlineData("struct S { 0 require int a; };", "struct S { 0 require int a; 4 optional int b; };", "member 'b' of 'S' at b")]
    [InlineData("struct S { 0 require int a; 4 optional int b; };", "struct S { 0 require int a; /* reserved 4 */ };", "reserved tag 4 of 'S' at S")]
    [InlineData("enum E { A };", "enum E { A, B };", "enumerator 'B' at B")]
    [InlineData("enum E { A, B };", "enum E { A /* reserved 1 */ };", "reserved value 1 of 'E' at E")]
    [InlineData("interface I { void f(); };", "interface I { void f(); void g(); };", "operation 'g' of 'I' at g")]
    [InlineData("enum E { A };", "enum E { A }; const int C = 1;", "constant 'M::C' at C")]
    [InlineData("enum E { A };", "enum E { A }; struct S { 0 require int a; }; enum F { }; interface I { };", "struct 'M::S' at S, enum 'M::F' at F, interface 'M::I' at I")]
    [InlineData("struct S { 0 require int a; };", "struct S { 0 require string a; };", "")]
    [InlineData("struct S { 0 require int a; };", "enum S { A };", "")]
    [InlineData("struct S { 0 require int a; };", "struct S { 0 require int age; };", "")]
    public void What_is_new_is_told_where_it_stands(string accepted, string now, string expected)
    {
        var text = $"module M {{ {now} }};";

        var additions = Evolution.Additions(Accept(accepted), Corpus.CompileGood(text));

        Assert.Equal(expected, string.Join(", ", additions.Select(d => $"{d.Message.Split(" is new")[0]} at {text.Substring(d.Span.Start, d.Span.Length)}")));
        Assert.All(additions, d => Assert.Equal(("JCE127", IdlSeverity.Warning), (d.Code, d.Severity)));
    }

    [Fact]
    public void A_module_that_is_new_is_told_once()
    {
        var now = IdlCompilation.Compile(
            [new("a.jce", "module N { enum E { }; enum F { }; }; module Bare { };"), new("b.jce", "module N { enum G { }; };")], new(), _ => null);

        Assert.Equal("a.jce(1,8): warning JCE127: module 'N' is new and not accepted yet: run 'hongbao jce accept'", Assert.Single(Evolution.Additions(AcceptedContract.Parse(AcceptedContract.End), now)).ToString());
        Assert.Empty(Evolution.Additions(AcceptedContract.Parse(AcceptedContract.End), Corpus.Compile("module M { enum E { A = };")));
    }

    private static AcceptedContract Accept(string body) =>
        AcceptedContract.Parse(AcceptedContract.Write(Corpus.CompileGood($"module M {{ {body} }};")));

    private static IReadOnlyList<IdlDiagnostic> Compare(string accepted, string now) =>
        Evolution.Compare(Accept(accepted), IdlCompilation.Compile([new("now.jce", now)], new(), _ => null));
}
