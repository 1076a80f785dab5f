using System.Text;

namespace Hongbao.Jce.Tests;

/// <summary>Texts are read in one way while they are short and in another beyond; both must agree with UTF-8.</summary>
public sealed class TextTests
{
    // Around the lengths at which the way changes: of the reader's stack, and of the wire's length.
    private static readonly int[] s_lengths = [0, 1, 2, 3, 4, 126, 127, 128, 129, 130, 254, 255, 256, 257, 1000];

    [Theory]
    [InlineData("a")]
    [InlineData("é")]
    [InlineData("红")]
    [InlineData("🧧")]
    public void Text_of_any_length_comes_back(string character)
    {
        foreach (var length in s_lengths)
        {
            var text = string.Concat(Enumerable.Repeat(character, length));

            Assert.Equal((text, JceFaultKind.None), Read(Encoding.UTF8.GetBytes(text)));
        }
    }

    [Theory]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { 0x80 })]
    // Cut off, too long for what it says, half of a pair, beyond the last character.
    [InlineData(new byte[] { 0xe7, 0xba })]
    [InlineData(new byte[] { 0xc0, 0x80 })]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 })]
    [InlineData(new byte[] { 0xf4, 0x90, 0x80, 0x80 })]
    public void Text_that_is_not_UTF_8_is_a_fault_wherever_it_is(byte[] bad)
    {
        foreach (var length in s_lengths)
        {
            var before = Enumerable.Repeat((byte)'a', length).ToArray();

            Assert.Equal(("", JceFaultKind.BadText), Read([.. before, .. bad]));
            Assert.Equal(("", JceFaultKind.BadText), Read([.. bad, .. before]));
        }
    }

    private static (string Text, JceFaultKind Fault) Read(byte[] text)
    {
        byte[] head = text.Length <= byte.MaxValue ? [0x06, (byte)text.Length] : [0x07, 0, 0, (byte)(text.Length >> 8), (byte)(text.Length & 0xff)];
        var reader = new JceReader([.. head, .. text]);
        var tag = -1;
        Assert.True(reader.Next(ref tag));
        return (reader.ReadString(), reader.Fault.Kind);
    }
}
