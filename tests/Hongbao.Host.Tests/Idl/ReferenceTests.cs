namespace Hongbao.Host.Tests.Idl;

public sealed class ReferenceTests : IDisposable
{
    private readonly JceRun _jce = new();

    public void Dispose() => _jce.Dispose();

    [Fact]
    public void Each_file_becomes_a_page_and_types_link_to_where_they_are_explained()
    {
        var a = _jce.File("A.jce", "// Users.\n\nmodule M { /* Who `vector<int>` <b>. */ struct S { 0 require int a; }; };");
        var b = _jce.File("B.jce", "#include \"A.jce\"\nmodule M { interface I { S find(vector<S> of, long id); }; };");

        var run = _jce.Run("reference", a, b, "--out", _jce.At("pages/deep"));

        Assert.Equal((0, "3 pages in pages/deep\n", ""), (run.ExitCode, run.Output, run.Errors));
        Assert.Contains("Who `vector<int>` &lt;b>.", _jce.Read("pages/deep/A.md"), StringComparison.Ordinal);
        Assert.Contains("| 1 | `of` | [`vector<M::S>`](A.md#s-struct) | in |  |", _jce.Read("pages/deep/B.md"), StringComparison.Ordinal);
        Assert.Contains("Gives [`M::S`](A.md#s-struct).", _jce.Read("pages/deep/B.md"), StringComparison.Ordinal);
        Assert.Contains("| [A.jce](A.md) | Users. |  | [S](A.md#s-struct) |  |", _jce.Read("pages/deep/README.md"), StringComparison.Ordinal);
        Assert.Contains("| [B.jce](B.md) |  | [I](B.md#i-interface) |  |  |", _jce.Read("pages/deep/README.md"), StringComparison.Ordinal);
        // What is not named has no page, and no links.
        Assert.Equal("2 pages in alone\n", _jce.Run("reference", b, "--out", _jce.At("alone")).Output);
        Assert.Contains("| `vector<M::S>` |", _jce.Read("alone/B.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_that_somebody_wrote_is_never_replaced()
    {
        var a = _jce.File("A.jce", "module M { };");
        Directory.CreateDirectory(_jce.At("pages"));
        _jce.File("pages/README.md", "# Mine\n");

        var run = _jce.Run("reference", a, "--out", _jce.At("pages"));

        Assert.Equal((2, "", "pages/README.md is not a page that this command wrote, and would be replaced. Name a folder that is only for these pages.\n"), (run.ExitCode, run.Output, run.Errors));
        Assert.Equal("# Mine\n", _jce.Read("pages/README.md"));
        Assert.False(File.Exists(_jce.At("pages/A.md")));
    }

    [Fact]
    public void Pages_are_written_again_and_those_of_no_contract_are_named()
    {
        var (a, b) = (_jce.File("A.jce", "module M { };"), _jce.File("B.jce", "module N { };"));
        Assert.Equal(0, _jce.Run("reference", a, b, "--out", _jce.At("pages")).ExitCode);
        _jce.File("pages/Other.md", "# Mine\n");

        var run = _jce.Run("reference", a, "--out", _jce.At("pages"));

        Assert.Equal((0, "2 pages in pages\npages/B.md is of none of these contracts, and can be removed\n", ""), (run.ExitCode, run.Output, run.Errors));
    }

    [Fact]
    public void A_contract_with_errors_has_no_pages()
    {
        Assert.Equal(1, _jce.Run("reference", _jce.File("A.jce", "module M {"), "--out", _jce.At("pages")).ExitCode);
        Assert.False(Directory.Exists(_jce.At("pages")));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_told()
    {
        var run = _jce.Run("reference", _jce.File("A.jce", "module M { };"), "--out", _jce.File("taken", "") + "/below");

        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("taken/below cannot be made: ", run.Errors, StringComparison.Ordinal);
    }
}
