namespace Hongbao.Jce.Idl.Tests;

/// <summary>Which files are read, and whose names can be used.</summary>
public sealed class IncludeTests
{
    private readonly List<string> _asked = [];

    [Fact]
    public void A_file_is_looked_for_beside_the_including_one_and_then_in_the_include_folders()
    {
        var contract = Compile(
            new() { IncludeFolders = ["common/", "old"] },
            [("a/x.jce", "#include \"sub/y.jce\"\nmodule M { struct S { 0 require Z::T t; }; };")],
            ("a/sub/y.jce", "#include \"../w.jce\"\n#include \"z.jce\""), ("a/w.jce", ""), ("old/z.jce", "module Z { struct T { 0 require int a; }; };"));

        Assert.Empty(contract.Diagnostics);
        Assert.Equal(["a/sub/y.jce", "a/sub/../w.jce", "a/sub/z.jce", "common/z.jce", "old/z.jce"], _asked);
        Assert.Equal(["a/w.jce", "old/z.jce", "a/sub/y.jce", "a/x.jce"], contract.Files.Select(f => f.Path));
        Assert.Equal([false, false, false, true], contract.Files.Select(f => f.IsRoot));
        Assert.Equal(["a/w.jce", "old/z.jce"], contract.Files[2].Includes.Select(f => f.Path));
    }

    [Fact]
    public void A_root_is_found_without_asking_and_read_once()
    {
        var contract = Compile(
            new(),
            [("C:\\p\\x.jce", "#include \"./y.jce\"\n#include \"q\\..\\/y.jce\"\nmodule M { struct S { 0 require N::T t; }; };"), ("C:\\p\\y.jce", "module N { struct T { 0 require int a; }; };")]);

        Assert.Empty(contract.Diagnostics);
        Assert.Empty(_asked);
        Assert.Equal(["C:\\p\\y.jce", "C:\\p\\x.jce"], contract.Files.Select(f => f.Path));
        Assert.Single(contract.Files[1].Includes);
    }

    [Fact]
    public void Files_may_include_each_other()
    {
        var contract = Compile(
            new(),
            [("x.jce", "module M { struct S { 0 require int a; }; };\n#include \"y.jce\"\nmodule M { struct U { 0 require N::T t; }; };")],
            ("y.jce", "#include \"x.jce\"\nmodule N { struct T { 0 require M::S s; }; };"));

        Assert.Empty(contract.Diagnostics);
        Assert.Same(contract.Files[1], Assert.Single(contract.Files[0].Includes));
    }

    [Fact]
    public void A_name_of_a_file_that_is_not_included_cannot_be_used()
    {
        var contract = Compile(
            new(),
            [("b.jce", "module B { enum E { A }; struct T { 0 require int a; }; };"), ("a.jce", "module A { struct S { 0 require B::T t; 1 optional int i = A; }; };")]);

        Assert.Equal(["JCE031", "JCE041"], contract.Diagnostics.Select(d => d.Code));
    }

    [Fact]
    public void A_name_defined_in_two_files_is_reported_where_it_is_defined_again()
    {
        var contract = Compile(new(), [("a.jce", "module A { enum E { }; };"), ("b.jce", "module A { enum E { }; };")]);

        Assert.Equal("b.jce(1,17): error JCE033: 'A::E' is already an enum at a.jce:1:17", Assert.Single(contract.Diagnostics).ToString());
    }

    [Fact]
    public void Problems_of_an_included_file_are_reported_in_it()
    {
        var contract = Compile(new(), [("x.jce", "#include \"y.jce\"\nmodule M { struct S { 0 require X a; }; };")], ("y.jce", "\nmodule"));

        Assert.Equal(["y.jce:2", "x.jce:2"], contract.Diagnostics.Select(d => $"{d.Span.Path}:{d.Span.Line}"));
    }

    [Fact]
    public void A_path_with_a_NUL_is_not_asked_for()
    {
        var contract = Compile(new() { IncludeFolders = ["common"] }, [("x.jce", "#include \"a\0b\"\nmodule M { };")]);

        Assert.Equal("x.jce(1,1): error JCE048: cannot find 'a\\u{0}b'", Assert.Single(contract.Diagnostics).ToString());
        Assert.Empty(_asked);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_a_problem_of_the_line_that_includes_it()
    {
        var contract = IdlCompilation.Compile(
            [new("x.jce", "\n#include \"y.jce\"\nmodule M { };")], new() { IncludeFolders = ["common"] }, p => throw new IdlUnreadableException($"{p} is not UTF-8"));

        Assert.Equal("x.jce(2,1): error JCE053: y.jce is not UTF-8", Assert.Single(contract.Diagnostics).ToString());
    }

    [Fact]
    public void Constants_of_one_module_in_two_files_that_are_one_in_CSharp_are_reported()
    {
        var contract = Compile(
            new(), [("a.jce", "module A { const int maxCount = 1; const int max_count = 2; };"), ("b.jce", "module A { const int MAX_COUNT = 3; }; module B { const int MaxCount = 4; };")]);

        Assert.Equal("b.jce(1,22): error JCE064: generated code needs the name 'MaxCount' for constant 'maxCount' of a.jce", Assert.Single(contract.Diagnostics).ToString());
    }

    [Fact]
    public void A_chain_of_includes_without_an_end_is_cut()
    {
        var contract = IdlCompilation.Compile([new("0/x.jce", "#include \"a/x.jce\"")], new(), p => new(p, "#include \"a/x.jce\""));

        Assert.Equal("JCE050", Assert.Single(contract.Diagnostics).Code);
        Assert.Equal(65, contract.Files.Count);
    }

    [Fact]
    public void A_tree_of_includes_without_an_end_is_cut()
    {
        var contract = IdlCompilation.Compile([new("x.jce", "#include \"a/x.jce\"\n#include \"b/x.jce\"")], new(), p => new(p, "#include \"a/x.jce\"\n#include \"b/x.jce\""));

        Assert.All(contract.Diagnostics, d => Assert.True(d.Code is "JCE050" or "JCE024"));
        Assert.Equal(1000, contract.Files.Count);
    }

    private IdlContract Compile(IdlOptions options, (string Path, string Text)[] roots, params (string Path, string Text)[] files) => IdlCompilation.Compile(
        [.. roots.Select(r => new IdlSource(r.Path, r.Text))],
        options,
        path =>
        {
            _asked.Add(path);
            var found = files.FirstOrDefault(f => f.Path == path || f.Path == path.Replace("sub/../", "", StringComparison.Ordinal));
            return found.Path is null ? null : new(found.Path, found.Text);
        });
}
