using Hongbao.Jce.Generator.CSharp;
using Hongbao.Jce.Tests.Vectors;

namespace Hongbao.Jce.Tests;

/// <summary>Contracts with names and texts that C# has other plans for still become code that compiles.</summary>
public sealed class OddNameTests
{
    [Theory]
    // Names of generated code's own variables, and of the rest of it.
    [InlineData("interface I { int f(int missing0, int count1_, int answer_, int scope_, int _, int call, int call_, int writer, int reader, int tag, int result, out int result_); };")]
    [InlineData("interface I { void f(int cancellationToken, int channel, int target, vector<int> item, map<int, int> key1); };")]
    [InlineData("interface I { int f(out int item2, out int item9, out int item1_, out int rest, out int deconstruct, out int Result); };")]
    [InlineData("interface I { void notify(int a); void sendNotify(int a); int Notify(int b); };")]
    [InlineData("interface I { void f(routekey int tag); void g(routekey string call); void h(routekey string channel); };")]
    [InlineData("enum E { A, B }; interface I { void f(routekey bool b); void g(routekey E e); void h(routekey vector<int> v); void i(routekey double d); };")]
    [InlineData("interface I { void f(); int g(); void h(out int a); int i(out int a, int b, out string c); };")]
    [InlineData("struct S { 0 require int Equals; 1 require int WriteFields; 2 require int S; 3 require int a_b; 4 require int aB; 5 require int GetHashCode; 6 require int class; 7 require int _1; };")]
    [InlineData("struct class { 0 require int a; }; struct record { 0 require class c; }; enum event { namespace, params }; interface abstract { class internal(record public, event out_); };")]
    [InlineData("struct System { 0 require string String; 1 require long global; }; struct Hongbao { 0 require System s; };")]
    [InlineData("enum Empty { }; struct S { 0 optional Empty e; 1 require Empty f; 2 optional vector<Empty> v; 3 optional map<Empty, Empty> m; };")]
    [InlineData("struct S { 0 require map<double, map<float, vector<map<byte, bool>>>> a; 1 optional map<unsigned byte, map<unsigned short, map<unsigned int, map<short, map<long, int>>>>> b; };")]
    public void They_compile(string definitions) => Compile($"module M {{ {definitions} }};");

    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public void Any_number_of_required_members_is_asked_for(int count)
    {
        var members = string.Concat(Enumerable.Range(0, count).Select(static i => $"{i} require int m{i};"));
        var codec = InlineContract.Codec($"module M {{ struct S {{ {members} }}; }};", "M.S");
        var all = Enumerable.Range(0, count).SelectMany(static tag => tag < 15 ? new[] { (byte)((tag << 4) | 12) } : [0xFC, (byte)tag]).ToArray();
        Assert.Equal(JceFaultKind.None, codec.Read(all, out _).Kind);
        var fault = codec.Read(all.AsSpan(0, all.Length - (count > 15 ? 2 : 1)), out _);
        Assert.Equal((JceFaultKind.Missing, $"m{count - 1}"), (fault.Kind, fault.Path));
    }

    [Theory]
    [InlineData('\u2028')]
    [InlineData('\u2029')]
    [InlineData('\u0085')]
    [InlineData('\r')]
    public void A_comment_stays_a_comment(char end)
    {
        var code = Code($"module M {{ /** a{end}public class Injected {{ }} </summary> & `x` */ struct S {{ 0 require int a; }}; }};");
        Assert.DoesNotContain(Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree.ParseText(code).GetRoot().DescendantNodes().OfType<Microsoft.CodeAnalysis.CSharp.Syntax.ClassDeclarationSyntax>(),
            static c => c.Identifier.Text == "Injected");
        GeneratedCode.Compile([code]);
    }

    [Fact]
    public void Route_keys_are_texts_of_their_values()
    {
        var code = Code("module M { enum E { A, B }; interface I { void f(routekey E e, bool b); void g(routekey bool call); }; };");
        Assert.Contains("RouteKey = ((int)e).ToString", code, StringComparison.Ordinal);
        Assert.Contains("RouteKey = call ? \"1\" : \"0\"", code, StringComparison.Ordinal);
    }

    private static void Compile(string idl) => GeneratedCode.Compile([Code(idl)]);

    private static string Code(string idl) => FileEmitter.Emit(InlineContract.Parse(idl).Files.Single(), static module => module);
}
