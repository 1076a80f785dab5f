using System.Text;
using Hongbao.Foundation.Signing;

namespace Hongbao.Foundation.Tests.Signing;

public sealed class CallbackSignatureTests
{
    private const string Body = """{"orderNo":"42","status":"SUCCEEDED"}""";
    private const string Nonce = "0123abcd-nonce_1";
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly string Stamp = Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
    private readonly CallbackSignature _signature = new(Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef"));

    [Fact]
    public void A_genuine_signature_is_accepted_and_is_the_documented_hmac()
    {
        var signed = _signature.Sign(Stamp, Nonce, Body);

        Assert.Matches("^[0-9a-f]{64}$", signed);
        Assert.True(_signature.IsGenuine(Stamp, Nonce, Body, signed, Now));
        // printf '1800000000\n0123abcd-nonce_1\n{"orderNo":"42","status":"SUCCEEDED"}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
        Assert.Equal("9bf748d3c1f4bc0b7071153f61325b6673b512a10d623d45bcddc5887757ec1d", signed);
    }

    [Fact]
    public void Another_key_forges_nothing()
    {
        var forged = new CallbackSignature(Encoding.ASCII.GetBytes("x123456789abcdef0123456789abcdef")).Sign(Stamp, Nonce, Body);

        Assert.False(_signature.IsGenuine(Stamp, Nonce, Body, forged, Now));
    }

    [Theory]
    [InlineData("1800000001", Nonce, Body)]
    [InlineData("1800000000", "0123abcd-nonce_2", Body)]
    [InlineData("1800000000", Nonce, Body + " ")]
    [InlineData("01800000000", Nonce, Body)]
    public void A_part_that_was_altered_is_found(string timestamp, string nonce, string body)
    {
        Assert.False(_signature.IsGenuine(timestamp, nonce, body, _signature.Sign(Stamp, Nonce, Body), Now));
    }

    [Theory]
    [InlineData(-301, false)]
    [InlineData(-300, true)]
    [InlineData(300, true)]
    [InlineData(301, false)]
    public void A_timestamp_may_be_five_minutes_off_in_either_direction(int seconds, bool accepted)
    {
        Assert.Equal(accepted, _signature.IsGenuine(Stamp, Nonce, Body, _signature.Sign(Stamp, Nonce, Body), Now.AddSeconds(seconds)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("now")]
    [InlineData("-1800000000")]
    [InlineData("+1800000000")]
    [InlineData(" 1800000000")]
    [InlineData("1800000000.0")]
    [InlineData("9223372036854775807")]
    [InlineData("99999999999999999999")]
    public void A_timestamp_that_is_no_second_of_our_time_is_refused(string timestamp)
    {
        Assert.False(_signature.IsGenuine(timestamp, Nonce, Body, _signature.Sign(timestamp, Nonce, Body), Now));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1234567")]
    [InlineData("nonce with spaces")]
    [InlineData("zwölfzwölf")]
    public void A_nonce_that_is_too_short_or_no_plain_word_is_refused_even_when_signed(string nonce)
    {
        Assert.False(_signature.IsGenuine(Stamp, nonce, Body, _signature.Sign(Stamp, nonce, Body), Now));
        Assert.False(_signature.IsGenuine(Stamp, new string('a', 65), Body, _signature.Sign(Stamp, new string('a', 65), Body), Now));
    }

    [Fact]
    public void A_nonce_cannot_take_over_a_line_of_the_body()
    {
        var signed = _signature.Sign(Stamp, Nonce, "first\nsecond");

        // The same bytes are signed, but it would be a nonce that nobody has seen, and a body without its head.
        Assert.Equal(signed, _signature.Sign(Stamp, Nonce + "\nfirst", "second"));
        Assert.False(_signature.IsGenuine(Stamp, Nonce + "\nfirst", "second", signed, Now));
    }

    [Fact]
    public void A_signature_that_is_no_lower_case_hex_is_refused()
    {
        var signed = _signature.Sign(Stamp, Nonce, Body);

        foreach (var bad in new[] { "", "zz", signed[..^1], signed + "0", signed.ToUpperInvariant(), new string('g', 64), new string('é', 32) })
        {
            Assert.False(_signature.IsGenuine(Stamp, Nonce, Body, bad, Now), bad);
        }
    }

    [Fact]
    public void A_short_key_is_refused_and_a_key_changed_later_has_no_effect()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CallbackSignature(new byte[31]));
        var key = new byte[32];
        var signature = new CallbackSignature(key);
        var signed = signature.Sign(Stamp, Nonce, Body);
        key[0] = 1;
        Assert.Equal(signed, signature.Sign(Stamp, Nonce, Body));
    }
}
