using System.Diagnostics;

namespace Hongbao.Jce.Idl.Tests;

/// <summary>Whatever the text is, the answer is diagnostics, and soon.</summary>
public sealed class HostileTests
{
    // Of a loaded machine; quadratic work takes minutes.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static readonly string[] Texts = [.. Corpus.Cases.Select(c => c.Text), .. Corpus.VectorTexts, Corpus.Everything];

    [Fact]
    public void Twenty_thousand_mutated_texts_end_with_diagnostics()
    {
        const int Seed = 20250101;
        var random = new Random(Seed);
        string[] pieces =
            ["// reserved 4, ７\n", "// reserved -٢-3\n", "#include \"\0\"\n", "{", "}", ";", "(", ")", "<", ">", "[", "]", "\"", "/*", "*/", "//", "\n", "\0", "\\", "#include", "struct ", "vector<", "map<", "= 1", "::", "require ", "\uD800", "ä"];
        for (var round = 0; round < 20_000; round++)
        {
            var text = Texts[random.Next(Texts.Length)];
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                var at = random.Next(text.Length + 1);
                var end = Math.Min(text.Length, at + (random.Next(3) == 0 ? random.Next(20) : 0));
                text = text[..at] + (random.Next(3) == 0 ? ((char)random.Next(0x80)).ToString() : pieces[random.Next(pieces.Length)]) + text[end..];
            }

            Check(text, $"seed {Seed}, round {round}");
        }
    }

    [Fact]
    public void Every_truncation_of_every_text_ends_with_diagnostics()
    {
        foreach (var text in Texts)
        {
            for (var length = 0; length < text.Length; length++)
            {
                Check(text[..length], $"{length} of {text}", length % 16 == 0);
            }
        }
    }

    [Fact]
    public void Random_characters_end_with_diagnostics()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            Check(new string([.. Enumerable.Range(0, 2000).Select(_ => (char)random.Next(round % 2 == 0 ? 0x80 : 0x10000))]), $"round {round}");
        }
    }

    [Theory]
    [InlineData("vector<", 10_000)]
    [InlineData("map<int,", 10_000)]
    [InlineData("{", 30_000)]
    [InlineData("}", 30_000)]
    [InlineData("struct S {", 8_000)]
    [InlineData("module M {", 8_000)]
    [InlineData("enum E {", 8_000)]
    [InlineData("interface I { int f(", 8_000)]
    [InlineData("0 require ", 8_000)]
    [InlineData("0 require vector<int a;", 8_000)]
    [InlineData("\"", 30_000)]
    [InlineData("\"\\", 30_000)]
    [InlineData("/*", 30_000)]
    [InlineData("/**/", 30_000)]
    [InlineData("// x\n", 15_000)]
    [InlineData("// reserved 1,\n", 8_000)]
    [InlineData("\n", 100_000)]
    [InlineData("a::", 15_000)]
    [InlineData("#", 30_000)]
    [InlineData("#\n", 15_000)]
    [InlineData("1", 100_000)]
    [InlineData("-.5e", 15_000)]
    [InlineData("ä ", 15_000)]
    [InlineData("}; module M {", 8_000)]
    [InlineData("enum E { A }; ", 5_000)]
    public void A_long_repetition_ends_soon(string piece, int count)
    {
        var text = string.Concat(Enumerable.Repeat(piece, count));
        foreach (var start in new[] { "", "module M { ", "module M { struct S { 0 require ", "module M { struct S { " })
        {
            var clock = Stopwatch.StartNew();
            Check(start + text, piece);
            Assert.True(clock.Elapsed < Soon, $"{start}{piece}: {clock.Elapsed}");
        }
    }

    public static TheoryData<string, string, bool> Megabytes => new()
    {
        { "comments before a module", Repeated("//\n", 350_000) + "module M { };", true },
        { "comments before a member", "module M { struct S {\n" + Repeated("//\n", 350_000) + "0 require int a; }; };", true },
        { "includes on one line", Repeated("#include \"a\"", 300_000) + "\n#include \"", false },
        { "enumerators by the one before", $"module M {{ enum E {{ A0{Numbered(150_000, static i => $", A{i + 1}=A{i}")} }}; }};", true },
        { "constants by their number", $"module M {{ enum E {{ A0{Numbered(120_000, static i => $", A{i + 1}")} }};{Numbered(120_000, static i => $"const E C{i} = 120000;")} }};", false },
        { "one name in many enums", $"module M {{ {Numbered(60_000, static i => $"enum E{i} {{ A }}; const E{i} C{i} = A; ")}}};", false },
        { "reserved values", $"module M {{ enum E {{ A = -1\n{Numbered(40_000, static i => $"// reserved {i * 1000}-{(i * 1000) + 999}\n")} }}; }};", false },
        { "operations", $"module M {{ interface I {{ {Numbered(150_000, static i => $"void f{i}();")} }}; }};", true },
    };

    [Theory]
    [MemberData(nameof(Megabytes), DisableDiscoveryEnumeration = true)]
    public void Megabytes_of_one_thing_are_read_soon(string what, string text, bool isCompared)
    {
        var clock = Stopwatch.StartNew();

        var contract = Corpus.Compile(text);
        if (isCompared)
        {
            Assert.False(contract.HasErrors);
            _ = IdlFormatter.Format(text);
            Assert.Empty(Evolution.Compare(AcceptedContract.Parse(AcceptedContract.Write(contract)), contract));
        }

        Assert.True(clock.Elapsed < Soon, $"{what}: {clock.Elapsed}");
    }

    [Fact]
    public void Many_modules_are_read_soon()
    {
        var clock = Stopwatch.StartNew();

        var contract = Corpus.CompileGood(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"module M{i} {{ enum E {{ A }}; }};\n")));

        Assert.Equal(20_000, contract.Files[0].Modules.Count);
        Assert.True(clock.Elapsed < Soon, clock.Elapsed.ToString());
    }

    [Fact]
    public void A_big_contract_is_read_soon()
    {
        var text = string.Concat(Enumerable.Range(0, 5000).Select(i =>
            $"module M{i % 50} {{ enum E{i} {{ A{i}, B{i} }}; struct S{i} {{ {string.Concat(Enumerable.Range(0, 10).Select(t => $"{t} optional int m{t}; // doc\n"))} }}; }};\n"));
        var clock = Stopwatch.StartNew();

        var contract = Corpus.CompileGood(text);

        Assert.Equal(5000, contract.Files[0].Modules.SelectMany(m => m.Structs).Count());
        _ = IdlFormatter.Format(text);
        _ = Evolution.Compare(AcceptedContract.Parse(AcceptedContract.Write(contract)), contract);
        Assert.True(clock.Elapsed < Soon, clock.Elapsed.ToString());
    }

    private static string Repeated(string piece, int count) => string.Concat(Enumerable.Repeat(piece, count));

    private static string Numbered(int count, Func<int, string> piece) => string.Concat(Enumerable.Range(0, count).Select(piece));

    private static void Check(string text, string what, bool isThorough = true)
    {
        try
        {
            var contract = Corpus.Compile(text);
            foreach (var diagnostic in contract.Diagnostics)
            {
                var span = diagnostic.Span;
                Assert.True(span is { Start: >= 0, Length: >= 0 } && span.Start + span.Length <= text.Length && !text.AsSpan(span.Start, span.Length).Contains('\n'));
            }

            var once = IdlFormatter.Format(text);
            if (isThorough && text.Length < 5000)
            {
                Assert.Equal(once, IdlFormatter.Format(once));
                _ = IdlPrinter.Print(contract);
                _ = IdlReference.Markdown(contract);
                _ = contract.HasErrors ? null : AcceptedContract.Parse(AcceptedContract.Write(contract));
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Assert.Fail($"{what}: {exception}\n{text[..Math.Min(text.Length, 5000)]}");
        }
    }
}
