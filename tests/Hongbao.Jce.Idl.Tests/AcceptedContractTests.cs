namespace Hongbao.Jce.Idl.Tests;

/// <summary>The text of what is accepted.</summary>
public sealed class AcceptedContractTests
{
    private const string Contract = """
        module M
        {
            const unsigned int LIMIT = 5;
            // reserved 8 is of no body
            enum Color { RED, BLUE = -1 /* reserved -7--6, 4 */ };
            struct User
            {
                // reserved 7
                10 optional string name = "a = b";
                2 require map<string, vector<Color>> colors;
                3 optional Color color;
                4 require int id;
            };
            key[User, id, name];
            interface Users { User find(long id, out bool found); void ping(); };
        };
        """;

    private const string Facts = """
        M::Color enum
        M::Color enumerator BLUE = -1
        M::Color enumerator RED = 0
        M::Color reserved -6
        M::Color reserved -7
        M::Color reserved 4
        M::LIMIT const unsigned int = 5
        M::User key id, name
        M::User member 002 require colors: map<string, vector<M::Color>>
        M::User member 003 optional color: M::Color = RED
        M::User member 004 require id: int
        M::User member 010 optional name: string = "a = b"
        M::User reserved 007
        M::User struct
        M::Users interface
        M::Users operation find parameter 001 in id: long
        M::Users operation find parameter 002 out found: bool
        M::Users operation find returns M::User
        M::Users operation ping returns void

        """;

    [Fact]
    public void Facts_stand_one_a_line_and_sorted_under_how_to_accept_a_change()
    {
        var text = AcceptedContract.Write(Corpus.CompileGood(Contract));

        Assert.EndsWith("sorted.\n" + Facts.ReplaceLineEndings("\n") + "# The end: a file without this line was cut off.\n", text, StringComparison.Ordinal);
        Assert.StartsWith("# What is accepted", text, StringComparison.Ordinal);
        Assert.Contains("run `hongbao jce accept`", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_may_stand_in_any_order_and_end_in_any_way()
    {
        var text = "\uFEFF" + string.Join("\r\n", Facts.ReplaceLineEndings("\n").Split('\n').Reverse()) + "\r\n" + AcceptedContract.End + "\r\n\r\n";

        Assert.Empty(Evolution.Compare(AcceptedContract.Parse(text), Corpus.CompileGood(Contract)));
        Assert.NotEmpty(Evolution.Compare(AcceptedContract.Parse(text), Corpus.CompileGood(Contract.Replace("RED,", "", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("<<<<<<< ours", "this is not a fact of a contract")]
    [InlineData("User struct", "this is not a fact of a contract")]
    [InlineData("M::S union", "'union' is not a word of this file")]
    [InlineData("M::S struct x", "'struct' does not stand so")]
    [InlineData("M::S const", "'const' does not stand so")]
    [InlineData("M::User struct", "'M::User' is defined a second time")]
    [InlineData("M::User const int = 5", "'M::User' is defined a second time")]
    [InlineData("M::Other reserved 001", "there is no struct or enum 'M::Other'")]
    [InlineData("M::Users reserved 001", "there is no struct or enum 'M::Users'")]
    [InlineData("M::Other key a", "there is no struct 'M::Other'")]
    [InlineData("M::Color key a", "there is no struct 'M::Color'")]
    [InlineData("M::User key", "'key' does not stand so")]
    [InlineData("M::User key id name", "'key' does not stand so")]
    [InlineData("M::User key id", "this is said a second time")]
    [InlineData("M::Color reserved 2147483648", "'reserved' does not stand so")]
    [InlineData("M::Color reserved -7", "this is said a second time")]
    [InlineData("M::User enumerator A = 1", "there is no enum 'M::User'")]
    [InlineData("M::User member 10 optional a: int", "'member' does not stand so")]
    [InlineData("M::User member 256 optional a: int", "'member' does not stand so")]
    [InlineData("M::User member 004 maybe a: int", "'member' does not stand so")]
    [InlineData("M::User member 003 optional a: int", "this is said a second time")]
    [InlineData("M::User reserved 007", "this is said a second time")]
    [InlineData("M::User reserved", "'reserved' does not stand so")]
    [InlineData("M::Color enumerator RED = 1", "this is said a second time")]
    [InlineData("M::Color enumerator GREEN = 2147483648", "'enumerator' does not stand so")]
    [InlineData("M::Users operation find returns int", "this is said a second time")]
    [InlineData("M::Users operation find parameter 002 in x: int", "this is said a second time")]
    [InlineData("M::Users operation find parameter 000 in x: int", "'operation' does not stand so")]
    [InlineData("M::Users operation find parameter 004 in x: int", "operation 'find' has no parameter before this one")]
    [InlineData("M::Users operation lose parameter 001 in x: int", "there is no operation 'lose'")]
    public void A_line_that_is_wrong_is_named(string line, string message)
    {
        var text = "# head\n\n" + Facts + line + "\n" + AcceptedContract.End + "\n";
        var exception = Assert.Throws<FormatException>(() => AcceptedContract.Parse(text));

        Assert.Equal($"line 22: {message}", exception.Message);
        Assert.False(AcceptedContract.TryParse(new("m.accepted", text), out _, out var problem));
        Assert.Equal(new("m.accepted", text.LastIndexOf(line, StringComparison.Ordinal), 0, 22, 1), problem!.Span);
        Assert.Equal("JCE100", problem.Code);
    }

    [Fact]
    public void A_text_that_was_cut_off_anywhere_is_none()
    {
        var text = AcceptedContract.Write(Corpus.CompileGood(Contract));

        Assert.True(AcceptedContract.TryParse(new("m", text), out _, out _));
        for (var length = 0; length < text.TrimEnd().Length; length++)
        {
            Assert.False(AcceptedContract.TryParse(new("m", text[..length]), out _, out var problem), text[..length]);
            Assert.Equal("JCE100", problem!.Code);
        }

        Assert.Contains("cut off", Assert.Throws<FormatException>(() => AcceptedContract.Parse("")).Message, StringComparison.Ordinal);
        Assert.Contains("accept --breaking'", Assert.Throws<FormatException>(() => AcceptedContract.Parse("M::S struct\n")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_default_of_a_required_member_is_no_fact()
    {
        // Older files have it.
        var text = "M::S struct\nM::S member 000 require a: int = 0\n" + AcceptedContract.End;

        Assert.Empty(Evolution.Compare(AcceptedContract.Parse(text), Corpus.CompileGood("module M { struct S { 0 require int a = 7; }; };")));
        Assert.DoesNotContain("7", AcceptedContract.Write(Corpus.CompileGood("module M { struct S { 0 require int a = 7; }; };")), StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_texts_end_with_a_verdict()
    {
        var random = new Random(7);
        var texts = Facts.Split('\n');
        for (var round = 0; round < 5000; round++)
        {
            var line = texts[random.Next(texts.Length)];
            var at = random.Next(line.Length + 1);
            var text = Facts + line[..at] + (char)random.Next(1, 0x300) + line[Math.Min(line.Length, at + random.Next(3))..] + "\n" + AcceptedContract.End;
            _ = AcceptedContract.TryParse(new("m", text), out _, out _);
        }

        var longLine = "M::S member 000 optional a: " + string.Concat(Enumerable.Repeat("a< ,", 50_000)) + "=";
        Assert.False(AcceptedContract.TryParse(new("m", "M::S struct\n" + longLine + "\n" + AcceptedContract.End), out _, out _));
    }
}
