using System.Text;
using Hongbao.Foundation.Opening;

namespace Hongbao.Foundation.Tests.Opening;

public sealed class OpeningPasswordTests
{
    private const long No = 511_879_948_971_933_697;

    [Theory]
    [InlineData("x")]
    [InlineData("恭喜发财🧧")]
    [InlineData("👨‍👩‍👧‍👦")]
    [InlineData(" blanks count ")]
    public void The_word_and_nothing_like_it_is_right_before_and_after_it_was_said(string word)
    {
        var password = new OpeningPassword(OpeningPassword.Hash(word, No), No);
        for (var round = 0; round < 3; round++)
        {
            foreach (var wrong in new[] { word + " ", word[..^1], word + word, word.Trim() + "\u200b", "", "other" })
            {
                Assert.False(password.Is(wrong));
            }

            Assert.True(password.Is(word));
        }
    }

    [Fact]
    public void The_same_word_of_another_packet_looks_different_and_is_not_its_word()
    {
        Assert.NotEqual(OpeningPassword.Hash("word", No), OpeningPassword.Hash("word", No + 1));
        Assert.False(new OpeningPassword(OpeningPassword.Hash("word", No), No + 1).Is("word"));
    }

    [Fact]
    public async Task Many_may_say_it_at_once()
    {
        var password = new OpeningPassword(OpeningPassword.Hash("word", No), No);
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => (Right: i % 2 == 0, Is: password.Is(i % 2 == 0 ? "word" : $"w{i}")))));
        Assert.All(answers, a => Assert.Equal(a.Right, a.Is));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("x", true)]
    [InlineData("🧧", true)]
    [InlineData("a\nb", false)]
    [InlineData("a\0", false)]
    [InlineData("\u2028", false)]
    [InlineData("\ufffd", false)]
    public void Some_texts_are_no_passwords(string text, bool isOne) => Assert.Equal(isOne, OpeningPassword.FaultOf(text) is null);

    [Fact]
    public void A_password_has_64_characters_at_most_however_many_bytes_they_have()
    {
        var longest = string.Concat(Enumerable.Repeat("🧧", 64));
        Assert.Equal(256, Encoding.UTF8.GetByteCount(longest));
        Assert.Null(OpeningPassword.FaultOf(longest));
        Assert.NotNull(OpeningPassword.FaultOf(longest + "x"));
        Assert.NotNull(OpeningPassword.FaultOf("\ud83e"));
        Assert.NotNull(OpeningPassword.FaultOf(new string('x', 1 << 24)));
    }
}
