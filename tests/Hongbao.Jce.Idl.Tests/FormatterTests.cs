namespace Hongbao.Jce.Idl.Tests;

/// <summary>One layout, and nothing lost on the way to it.</summary>
public sealed class FormatterTests
{
    public static TheoryData<string> GoodNames => [.. Corpus.Good.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(GoodNames))]
    public void Formatting_keeps_tokens_comments_and_meaning_and_is_done_once(string name)
    {
        var item = Corpus.Good.Single(c => c.Name == name);

        var once = IdlFormatter.Format(item.Text);

        Assert.Equal(once, IdlFormatter.Format(once));
        Assert.Equal(Meaning.TokensOf(item.Text), Meaning.TokensOf(once));
        Assert.Equal(Meaning.Of(Corpus.Compile(item, Corpus.Lax)), Meaning.Of(Corpus.Compile(item with { Text = once }, Corpus.Lax)));
        Assert.DoesNotContain(once.Split('\n'), l => l.EndsWith(' '));
        Assert.DoesNotContain("\n\n\n", once, StringComparison.Ordinal);
    }

    [Fact]
    public void Formatting_keeps_the_meaning_wherever_white_space_and_comments_stand()
    {
        const int Seed = 20240607;
        var random = new Random(Seed);
        string[] between = [" ", "\n", "\n\n", " /* b */ ", "\n/* c\n * d */\n", " // e\n", "\n// f\n", "\n\n// g\n\n", " ///< h\n", " /**< i */ ", "\t/* j\n    k */", "/* l */ // m\n\n\n"];
        var tokens = Meaning.TokensOf(Corpus.Everything).Where(t => !t.StartsWith('/')).ToArray();

        for (var round = 0; round < 200; round++)
        {
            var text = string.Concat(tokens.Select(t => t + (random.Next(4) > 0 && !t.StartsWith('#') ? " " : string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => between[random.Next(between.Length)])))));
            var once = IdlFormatter.Format(text);
            var (before, after) = (Meaning.Of(Corpus.Compile(text, Corpus.Lax)), Meaning.Of(Corpus.Compile(once, Corpus.Lax)));
            var isKept = once == IdlFormatter.Format(once) && before == after && Meaning.TokensOf(text).SequenceEqual(Meaning.TokensOf(once));
            Assert.True(isKept, $"seed {Seed}, round {round}:\n{text}\n--- formatted\n{once}\n--- meant\n{before}\n--- means now\n{after}");
        }
    }

    [Fact]
    public void The_layout_is_this()
    {
        const string Text = """


            // head


            #include "a.jce"   // why
            module  M // the module
            {

            /* about
                 * S */ struct S{ 5 optional   vector< vector<int> > a ;// five
              1 require byte  b [ 16 ]; 2 optional byte*p; 3 optional string : 4 s;
            4 optional ::M::E e=M :: A;

            } ; key [ S , a,b ];
            enum E {A,/* about B */B=-1 , C}; enum F{};
            interface I{void f ( ) ; int g(out map<int,string>  m,routekey int /* r */ r);
              int h(
                // one
                int a, // two
                int b
              );
            };


            // last
            };
            // end
            """;

        Assert.Equal("""
            // head

            #include "a.jce" // why
            module M // the module
            {
                /* about
                 * S */
                struct S
                {
                    5 optional vector<vector<int>> a; // five
                    1 require byte b[16];
                    2 optional byte *p;
                    3 optional string:4 s;
                    4 optional ::M::E e = M::A;
                };
                key[S, a, b];
                enum E
                {
                    A,
                    /* about B */
                    B = -1,
                    C
                };
                enum F
                {
                };
                interface I
                {
                    void f();
                    int g(out map<int, string> m, routekey int /* r */ r);
                    int h(
                        // one
                        int a, // two
                        int b);
                };

                // last
            };
            // end

            """.ReplaceLineEndings("\n"), IdlFormatter.Format(Text));
    }

    [Theory]
    [InlineData("struct S { 0 optional int a /**< x */ /* y */; };", "0 optional int a /**< x */ /* y */;")]
    [InlineData("interface I { int f(int a /**< the a */, int b /**< the b */) /**< sum */; };", "int f(int a /**< the a */, int b /**< the b */) /**< sum */;")]
    [InlineData("enum E { A /**< first */, B /**< second */ };", "A /**< first */,\n        B /**< second */\n")]
    [InlineData("struct S { 0 optional int a // x\n; };", "0 optional int a // x\n            ;")]
    [InlineData("struct S { 0 optional int a /* x */\n; };", "0 optional int a /* x */\n            ;")]
    public void A_mark_stays_behind_the_comments_that_it_stood_behind(string body, string layout)
    {
        var text = $"module M {{ {body} }};";
        var once = IdlFormatter.Format(text);

        Assert.Contains("        " + layout, once, StringComparison.Ordinal);
        Assert.Equal(once, IdlFormatter.Format(once));
        Assert.Equal(Meaning.Of(Corpus.Compile(text)), Meaning.Of(Corpus.Compile(once)));
    }

    [Theory]
    [InlineData("module M {")]
    [InlineData("module M { struct S { 0 int a; }; };  ")]
    [InlineData("/* x")]
    [InlineData("\u0000")]
    public void A_text_that_is_wrong_stays_as_it_is(string text)
    {
        Assert.Equal(text, IdlFormatter.Format(new IdlSource("x.jce", text), out var problems));
        Assert.NotEmpty(problems);
    }

    [Fact]
    public void An_empty_text_stays_empty() => Assert.Equal("", IdlFormatter.Format("\uFEFF \n\n"));
}
