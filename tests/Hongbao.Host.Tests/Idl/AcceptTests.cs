namespace Hongbao.Host.Tests.Idl;

public sealed class AcceptTests : IDisposable
{
    private readonly JceRun _jce = new();
    private readonly string _accepted;

    public AcceptTests()
    {
        _accepted = _jce.At("M.jce.accepted");
        Contract("0 require int a;");
    }

    public void Dispose() => _jce.Dispose();

    [Fact]
    public void The_first_time_everything_is_accepted()
    {
        var run = Accept();

        Assert.Equal((0, "+ M::S member 000 require a: int\n+ M::S struct\nM.jce.accepted: accepted\n", ""), (run.ExitCode, run.Output, run.Errors));
        Assert.EndsWith("sorted.\nM::S member 000 require a: int\nM::S struct\n# The end: a file without this line was cut off.\n", _jce.Read("M.jce.accepted"), StringComparison.Ordinal);
        Assert.Equal("M.jce.accepted: accepted before, nothing changes\n", Accept().Output);
    }

    [Fact]
    public void What_breaks_nobody_is_accepted_with_its_changes_told()
    {
        Accept();
        Contract("0 require int a; 1 optional string b = \"x\";");

        var run = Accept();

        Assert.Equal((0, "+ M::S member 001 optional b: string = \"x\"\nM.jce.accepted: accepted\n", ""), (run.ExitCode, run.Output, run.Errors));
        Assert.Contains("member 001", _jce.Read("M.jce.accepted"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_renamed_member_is_accepted_with_a_warning()
    {
        Accept();
        Contract("0 require int age;");

        var run = Accept();

        Assert.Equal((0, "- M::S member 000 require a: int\n+ M::S member 000 require age: int\nM.jce.accepted: accepted\n"), (run.ExitCode, run.Output));
        Assert.Contains("warning JCE125", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void What_breaks_others_is_accepted_only_when_it_is_said()
    {
        Accept();
        var before = _jce.Read("M.jce.accepted");
        Contract("0 require byte a; 1 optional int b;");

        var refused = Accept();
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("M.jce(1,", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("error JCE102", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("add --breaking", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(before, _jce.Read("M.jce.accepted"));

        var run = Accept("--breaking");
        Assert.Equal((0, "- M::S member 000 require a: int\n+ M::S member 000 require a: byte\n+ M::S member 001 optional b: int = 0\nM.jce.accepted: accepted\n"), (run.ExitCode, run.Output));
        Assert.Equal(0, _jce.Run("check", _jce.At("M.jce"), "--accepted", _accepted).ExitCode);
    }

    [Fact]
    public void A_file_that_a_merge_spoiled_is_written_again_only_when_it_is_said()
    {
        Accept();
        var good = _jce.Read("M.jce.accepted");
        _jce.File("M.jce.accepted", good + "<<<<<<< ours\n");

        var refused = Accept();
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("error JCE100", refused.Errors, StringComparison.Ordinal);
        Assert.Equal((0, "- <<<<<<< ours\nM.jce.accepted: accepted\n"), (Accept("--breaking") is var run ? (run.ExitCode, run.Output) : default));
        Assert.Equal(good, _jce.Read("M.jce.accepted"));
    }

    [Fact]
    public void A_renamed_parameter_and_a_changed_key_break_others()
    {
        _jce.File("M.jce", "module M { struct S { 0 require int a; 1 require int b; }; key[S, a, b]; interface I { void f(int a); }; };");
        Accept();
        _jce.File("M.jce", "module M { struct S { 0 require int a; 1 require int b; }; key[S, a]; interface I { void f(int age); }; };");

        var refused = Accept();

        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("error JCE126", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("error JCE128: the key of struct 'S' was accepted as 'a, b' and is now 'a'", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("- M::S key a, b\n+ M::S key a\n", Accept("--breaking").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_cut_off_is_no_accepted_contract_and_says_what_to_do()
    {
        Accept();
        var good = _jce.Read("M.jce.accepted");
        foreach (var text in new[] { "", good[..good.IndexOf("M::S struct", StringComparison.Ordinal)] })
        {
            _jce.File("M.jce.accepted", text);
            foreach (var run in new[] { Accept(), _jce.Run("check", _jce.At("M.jce"), "--accepted", _accepted) })
            {
                Assert.Equal(1, run.ExitCode);
                Assert.Contains("error JCE100: the file ends too early: it was cut off", run.Errors, StringComparison.Ordinal);
            }

            Assert.Equal(0, Accept("--breaking").ExitCode);
            Assert.Equal(good, _jce.Read("M.jce.accepted"));
        }
    }

    [Fact]
    public void The_file_is_replaced_as_a_whole_and_keeps_who_may_read_it()
    {
        Accept();
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_accepted, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        }

        File.CreateSymbolicLink(_jce.At("link.accepted"), _accepted);
        // Whoever has the file open reads what it was: nothing is written into it.
        using var before = new StreamReader(_accepted);
        Contract("0 require int a; 1 optional int b;");

        Assert.Equal(0, _jce.Run("accept", _jce.At("M.jce"), "--accepted", _jce.At("link.accepted")).ExitCode);

        Assert.DoesNotContain("member 001", before.ReadToEnd(), StringComparison.Ordinal);
        Assert.Contains("member 001", _jce.Read("M.jce.accepted"), StringComparison.Ordinal);
        Assert.Equal(_accepted, File.ResolveLinkTarget(_jce.At("link.accepted"), returnFinalTarget: false)!.FullName);
        Assert.Equal(["M.jce", "M.jce.accepted", "link.accepted"], Directory.GetFiles(_jce.Folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(_accepted));
        }
    }

    [Fact]
    public void A_contract_with_errors_is_not_accepted()
    {
        Contract("0 require Nothing a;");

        Assert.Equal(1, Accept().ExitCode);
        Assert.False(File.Exists(_accepted));
    }

    [Fact]
    public void The_file_must_be_named_and_writable()
    {
        Assert.Equal(2, _jce.Run("accept", _jce.At("M.jce")).ExitCode);
        var run = _jce.Run("accept", _jce.At("M.jce"), "--accepted", _jce.At("no/folder/M.jce.accepted"));
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("no/folder/M.jce.accepted cannot be written: ", run.Errors, StringComparison.Ordinal);
    }

    private void Contract(string members) => _jce.File("M.jce", $"module M {{ struct S {{ {members} }}; }};");

    private Outcome Accept(params string[] more) => _jce.Run(["accept", _jce.At("M.jce"), "--accepted", _accepted, .. more]);
}
