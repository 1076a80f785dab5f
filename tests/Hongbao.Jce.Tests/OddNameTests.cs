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
    public void What_is_said_of_parameters_is_their_documentation()
    {
        var code = Code("""
            module M
            {
                interface I
                {
                    int one(int a /**< The <first>. */, int class /**< The second. */, int bare);
                    void two(out int b /**< What it gave. */);
                    int three(out int c /**< More. */, out int d);
                };
            };
            """);

        Assert.Contains("/// <param name=\"a\">The &lt;first&gt;.</param>\n        /// <param name=\"class\">The second.</param>\n        global::System.Threading.Tasks.Task<int> OneAsync", code, StringComparison.Ordinal);
        Assert.Contains("/// <returns>What it gave.</returns>\n", code, StringComparison.Ordinal);
        Assert.Contains("/// <returns><c>C</c>: More.</returns>\n", code, StringComparison.Ordinal);
        GeneratedCode.Compile([code]);
    }

    [Fact]
    public void Structs_with_a_key_are_sorted_by_it()
    {
        var assembly = GeneratedCode.Compile([Code("""
            module M
            {
                enum E { A, B };
                struct T { 0 require int a; };
                key[T, a];
                struct S { 0 require bool a; 1 require unsigned int b; 2 require double c; 3 require string d; 4 require E e; 5 require T t; 6 require int other; };
                key[S, a, b, c, d, e, t];
            };
            """)]);
        var type = assembly.GetType("M.S", throwOnError: true)!;
        var less = Comparable(0);

        object Comparable(int greater)
        {
            var of = Activator.CreateInstance(type)!;
            var t = Activator.CreateInstance(assembly.GetType("M.T")!)!;
            t.GetType().GetProperty("A")!.SetValue(t, greater == 6 ? 1 : 0);
            (string Name, object Value)[] values =
            [
                ("A", greater == 1), ("B", greater == 2 ? uint.MaxValue : 0u), ("C", greater == 3 ? 1d : 0d), ("D", greater == 4 ? "b" : "a"),
                ("E", Enum.ToObject(assembly.GetType("M.E")!, greater == 5 ? 1 : 0)), ("T", t), ("Other", greater == 7 ? 1 : 0),
            ];
            foreach (var (name, value) in values)
            {
                type.GetProperty(name)!.SetValue(of, value);
            }

            return of;
        }

        var compare = type.GetMethod("CompareTo", [type])!;
        for (var greater = 1; greater <= 7; greater++)
        {
            Assert.Equal(greater == 7 ? 0 : -1, Math.Sign((int)compare.Invoke(less, [Comparable(greater)])!));
            Assert.Equal(greater == 7 ? 0 : 1, Math.Sign((int)compare.Invoke(Comparable(greater), [less])!));
        }
    }

    [Fact]
    public void A_struct_of_structs_without_end_is_weighed_at_once_and_no_more_than_a_reader_can_count()
    {
        var idl = "module M { struct D0 { 0 optional vector<int> a; };"
            + string.Concat(Enumerable.Range(1, 200).Select(static i => $"struct D{i} {{ 0 optional D{i - 1} a; 1 optional D{i - 1} b; }};"))
            + "struct L { 0 optional vector<D3> small; 1 optional vector<D200> v; 2 optional map<string, D200> m; }; };";
        var contract = Idl.IdlCompilation.Compile([new Idl.IdlSource("x.jce", idl)], new Idl.IdlOptions { Strict = false }, static _ => null);

        Assert.False(contract.HasErrors);
        var code = FileEmitter.Emit(contract.Files.Single(), static module => module);
        Assert.Contains("reader.BeginList(23)", code, StringComparison.Ordinal);
        Assert.Contains($"reader.BeginList({int.MaxValue})", code, StringComparison.Ordinal);
        Assert.Contains($"reader.BeginMap({int.MaxValue})", code, StringComparison.Ordinal);
        // What is too big to be read is told at the limit that readers have.
        Assert.Equal($"one 'D17' with the structs inside is more than {JceLimits.Untrusted.CountMax} objects before anything is read", contract.Diagnostics[0].Message);
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
