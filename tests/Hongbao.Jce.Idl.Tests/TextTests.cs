namespace Hongbao.Jce.Idl.Tests;

/// <summary>The resolved contract as text, and its reference documentation.</summary>
public sealed class TextTests
{
    private const string Text = """
        // The user service.

        // People.
        module U
        {
            // Who | what.
            enum Kind { PERSON, ROBOT = 5 /* <b> */ /* reserved 3 */ };
            const string TICK = "a`|b";
            /// Somebody.
            struct User
            {
                // reserved 9
                3 optional Kind kind = ROBOT; // what
                                              // he is
                0 require long id;
            };
            key[User, id, kind];
            interface Users
            {
                /* Finds. */
                User find(routekey long id, out bool found /* or not */);
                void ping();
            };
        };
        """;

    public static TheoryData<string> GoodNames => [.. Corpus.Good.Select(c => c.Name)];

    [Fact]
    public void A_contract_is_printed_with_all_that_is_resolved() => Assert.Equal("""
        // x.jce
        module U
        {
            enum Kind
            {
                // reserved 3
                PERSON = 0,
                ROBOT = 5,
            };

            const string TICK = "a`|b";

            struct User
            {
                // reserved 9
                0 require long id;
                3 optional U::Kind kind = ROBOT;
            };
            key[User, id, kind];

            interface Users
            {
                U::User find(routekey long id, out bool found);
                void ping();
            };
        };

        """.ReplaceLineEndings("\n"), IdlPrinter.Print(Corpus.CompileGood(Text)));

    [Fact]
    public void The_reference_explains_everything() => Assert.Equal("""
        # x.jce

        The user service.

        ## U (x.jce)

        People.

        ### Constants

        | Name | Type | Value | Meaning |
        | --- | --- | --- | --- |
        | `TICK` | `string` | `` "a`\|b" `` |  |

        ### Kind (enum)

        Who | what.

        | Name | Value | Meaning |
        | --- | --- | --- |
        | `PERSON` | 0 |  |
        | `ROBOT` | 5 | &lt;b> |

        Reserved values: 3.

        ### User (struct)

        Somebody.

        | Tag | Field | Type | Presence | Default | Meaning |
        | --- | --- | --- | --- | --- | --- |
        | 0 | `id` | `long` | required |  | he is |
        | 3 | `kind` | `U::Kind` | optional | `ROBOT` | what |

        Key: `id`, `kind`.

        Reserved tags: 9.

        ### Users (interface)

        #### find

        `U::User find(routekey long id, out bool found)`

        Finds.

        | Tag | Parameter | Type | Direction | Meaning |
        | --- | --- | --- | --- | --- |
        | 1 | `id` | `long` | in, route key |  |
        | 2 | `found` | `bool` | out | or not |

        #### ping

        `void ping()`

        """.ReplaceLineEndings("\n"), IdlReference.Markdown(Corpus.CompileGood(Text)));

    [Fact]
    public void Pages_link_to_each_other_and_do_not_depend_on_where_files_lie()
    {
        IReadOnlyList<IdlPage> Pages(string folder) => IdlReference.Pages(IdlCompilation.Compile(
            [
                new(folder + "b/README.jce", "module M { enum E { A }; interface I { map<E, int> get(E e); }; };"),
                new(folder + "a/X.jce", "// About | X.\n\n#include \"../b/README.jce\"\nmodule M { struct S { 0 optional vector<map<int, E>> e; }; };"),
                new(folder + "c/X.jce", "module N { struct S { 0 require int a; }; struct T { 0 require S s; }; };"),
            ],
            new(), _ => null));

        var pages = Pages("/one/");

        Assert.Equal(["README.md", "README.2.md", "X.md", "X.2.md"], pages.Select(p => p.Name));
        Assert.Contains("| [X.jce](X.md) | About \\| X. |  | [S](X.md#s-struct) |  |\n", pages[0].Text, StringComparison.Ordinal);
        Assert.Contains("Gives [`map<M::E, int>`](#e-enum).", pages[1].Text, StringComparison.Ordinal);
        Assert.Contains("| [`vector<map<int, M::E>>`](README.2.md#e-enum) |", pages[2].Text, StringComparison.Ordinal);
        Assert.Contains("| [`N::S`](#s-struct) |", pages[3].Text, StringComparison.Ordinal);
        Assert.Equal(pages, Pages("two/"));
    }

    [Fact]
    public void Marks_of_HTML_are_kept_in_ticks_and_harmless_elsewhere() => Assert.Contains(
        "`a<b` &lt;i> `c&d` &amp; ` &lt;\n",
        IdlReference.Markdown(Corpus.CompileGood("module M {\n// `a<b` <i> `c&d` & ` <\nenum E { A }; };")), StringComparison.Ordinal);

    [Fact]
    public void What_a_file_says_of_itself_stands_once_also_without_a_module()
    {
        IReadOnlyList<IdlPage> Pages(string text) => IdlReference.Pages(Corpus.CompileGood(text));

        Assert.Single(Pages("// Head.\n\nmodule M { }; module N { };")[1].Text.Split('\n'), "Head.");
        Assert.EndsWith("\n\nHead.\n", Pages("// Head.\n\n")[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_visible_is_printed_as_escapes_and_means_the_same()
    {
        var contract = Corpus.CompileGood("module M { const string A = \"\u009b1m\u202e\u2028\u001b é中😀\"; };");

        Assert.Contains("\"\\302\\2331m\\342\\200\\256\\342\\200\\250\\033 é中😀\"", IdlPrinter.Print(contract), StringComparison.Ordinal);
        Assert.Equal(contract.Files[0].Modules[0].Consts.Single().Value, Corpus.CompileGood(IdlPrinter.Print(contract)).Files[0].Modules[0].Consts.Single().Value);
    }

    [Fact]
    public void The_reference_says_nothing_of_what_is_not_there()
    {
        var text = IdlReference.Markdown(Corpus.CompileGood("module M { struct S { 0 require int a; }; interface I { void f(); }; };"));

        Assert.DoesNotContain("Key", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Reserved", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Constants", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(GoodNames))]
    public void What_is_printed_means_the_same(string name)
    {
        var item = Corpus.Good.Single(c => c.Name == name);
        var printed = IdlPrinter.Print(Corpus.Compile(item, Corpus.Lax));

        var again = Corpus.Compile(printed, Corpus.Lax);

        Assert.DoesNotContain(again.Diagnostics, d => d.Severity == IdlSeverity.Error);
        Assert.Equal(Statements(printed), Statements(IdlPrinter.Print(again)));
        Assert.Equal(AcceptedContract.Write(Corpus.Compile(item, Corpus.Lax)), AcceptedContract.Write(again));
    }

    // Two files that reopen a module are one file with one module then.
    private static IEnumerable<string> Statements(string text) => text.Split('\n')
        .Where(l => l.Length > 0 && !l.StartsWith("//", StringComparison.Ordinal) && l.StartsWith(' ')).Order(StringComparer.Ordinal);
}
