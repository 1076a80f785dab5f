namespace Hongbao.Host.Tests.Idl;

public sealed class CheckTests : IDisposable
{
    private const string Good = "module M { struct S { 0 require int a; }; };";
    private readonly JceRun _jce = new();

    public void Dispose() => _jce.Dispose();

    [Fact]
    public void Contracts_without_problems_are_fine()
    {
        var other = _jce.File("Other.jce", "#include \"Good.jce\"\nmodule M { struct T { 0 require S s; }; };");

        Assert.Equal((0, "2 files: no problems\n", ""), Of(_jce.Run("check", _jce.File("Good.jce", Good), other)));
        // An included file that is not named is found beside the including one, and is not counted.
        Assert.Equal((0, "1 file: no problems\n", ""), Of(_jce.Run("check", other)));
    }

    [Fact]
    public void Problems_stand_at_file_line_and_column_and_say_where_they_are_explained()
    {
        var bad = _jce.File("Bad.jce", "module M\n{\n    struct S { 0 require int a; 0 require int b; };\n    struct T { 0 require Nothing c; };\n};\n");

        var run = _jce.Run("check", bad, _jce.File("Good.jce", "module N { };"));

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("2 files: 2 errors, 0 warnings\n", run.Output);
        Assert.Equal("""
            Bad.jce(3,33): error JCE035: member 'b' has the tag 0 of member 'a'
            Bad.jce(4,26): error JCE030: 'Nothing' is not defined (before this place)
            'hongbao jce explain JCE035' explains JCE035 and how to mend it.

            """.ReplaceLineEndings("\n"), run.Errors);
    }

    [Fact]
    public void Warnings_alone_do_not_fail()
    {
        var run = _jce.Run("check", _jce.File("W.jce", "module M { enum E { A }; enum F { A }; };"));

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("1 file: 0 errors, 1 warning\n", run.Output);
        Assert.Contains("warning JCE062", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Included_files_are_found_in_folders()
    {
        Directory.CreateDirectory(_jce.At("shared"));
        _jce.File("shared/Base.jce", Good);
        var main = _jce.File("Main.jce", "#include \"Base.jce\"\nmodule M { struct T { 0 require S s; }; };");

        Assert.Equal(1, _jce.Run("check", main).ExitCode);
        Assert.Equal(0, _jce.Run("check", main, "--include", _jce.At("shared")).ExitCode);
        // The same file under another name is no second definition.
        Assert.Equal(0, _jce.Run("check", main, "--include", _jce.At("shared/../shared"), _jce.At("./shared/Base.jce"), _jce.At("shared/Base.jce")).ExitCode);
    }

    [Fact]
    public void What_breaks_the_accepted_contract_is_an_error_and_what_is_new_a_warning()
    {
        var good = _jce.File("Good.jce", Good);
        var accepted = _jce.At("Good.jce.accepted");
        Assert.Equal(0, _jce.Run("accept", good, "--accepted", accepted).ExitCode);
        Assert.Equal(0, _jce.Run("check", good, "--accepted", accepted).ExitCode);

        _jce.File("Good.jce", "module M { struct S { 0 require string a; 1 optional int b; }; };");
        var run = _jce.Run("check", good, "--accepted", accepted);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Good.jce(1,40): error JCE102: member 'a' was accepted as 'int' and is now 'string'\n", run.Errors, StringComparison.Ordinal);
        Assert.Contains("Good.jce(1,58): warning JCE127: member 'b' of 'S' is new and not accepted yet: run 'hongbao jce accept'\n", run.Errors, StringComparison.Ordinal);
        Assert.Equal("1 file: 1 error, 1 warning\n", run.Output);
    }

    [Fact]
    public void An_accepted_file_that_is_none_is_a_problem_at_its_line()
    {
        var run = _jce.Run("check", _jce.File("Good.jce", Good), "--accepted", _jce.File("x.accepted", "# head\n<<<<<<< ours\n"));

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("x.accepted(2,1): error JCE100: ", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_text_cannot_be_used()
    {
        File.WriteAllBytes(_jce.At("b.jce"), [0xFF, 0xFE, 0x00]);

        Assert.Equal((2, "", "b.jce is not UTF-8.\n"), Of(_jce.Run("check", _jce.At("b.jce"))));
    }

    [Fact]
    public void An_included_file_that_cannot_be_read_is_a_problem_of_its_line()
    {
        var main = _jce.File("Main.jce", "module M { };\n#include \"b.jce\"\n");
        File.WriteAllBytes(_jce.At("b.jce"), [0xFF, 0xFE, 0x00]);
        var run = _jce.Run("check", main);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("Main.jce(2,1): error JCE053: b.jce is not UTF-8\n", run.Errors, StringComparison.Ordinal);

        using (var large = File.Create(_jce.At("b.jce")))
        {
            large.SetLength((10 << 20) + 1);
        }

        Assert.StartsWith("Main.jce(2,1): error JCE053: b.jce has more than 10485760 bytes\n", _jce.Run("check", main).Errors, StringComparison.Ordinal);
        Assert.Equal((2, "", "b.jce has more than 10485760 bytes.\n"), Of(_jce.Run("check", _jce.At("b.jce"))));
    }

    [Fact]
    public void A_path_with_a_NUL_is_not_found() => Assert.StartsWith(
        "Nul.jce(1,1): error JCE048: cannot find 'a\\u{0}b'\n", _jce.Run("check", _jce.File("Nul.jce", "#include \"a\0b\"\nmodule M { };")).Errors, StringComparison.Ordinal);

    [Fact]
    public void Devices_and_pipes_are_not_waited_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are none.");

        // Neither ends; nothing is asked of them.
        Assert.Equal(0, _jce.Run("check", _jce.File("Main.jce", "#include \"/dev/zero\"\n#include \"/dev/tty\"\nmodule M { };")).ExitCode);
        Assert.StartsWith("/dev/zero has more than ", _jce.Run("check", "/dev/zero").Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_there_is_bad_usage()
    {
        var good = _jce.File("Good.jce", Good);

        Assert.Equal(2, _jce.Run("check").ExitCode);
        Assert.Contains("There is no file nowhere.jce.", _jce.Run("check", "nowhere.jce").Refusals);
        Assert.EndsWith(" is a folder; name the files in it.", Assert.Single(_jce.Run("check", _jce.Folder).Refusals), StringComparison.Ordinal);
        Assert.Contains("There is no folder nowhere.", _jce.Run("check", good, "--include", "nowhere").Refusals);
        Assert.Contains("There is no file nowhere. 'hongbao jce accept' writes it.", _jce.Run("check", good, "--accepted", "nowhere").Refusals);
    }

    private static (int, string, string) Of(Outcome outcome) => (outcome.ExitCode, outcome.Output, outcome.Errors);
}
