using System.Buffers.Text;
using Hongbao.Contracts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Subsidies;

namespace Hongbao.Foundation.Tests.Subsidies;

/// <summary>I26: only who has a key makes tokens, and a token says what it was made of.</summary>
public sealed class SubsidyTokenTests
{
    private static readonly SubsidyKeyOptions s_old = KeyOf("2025", 1);
    private static readonly SubsidyKeyOptions s_new = KeyOf("2026", 2);
    private static readonly SubsidyIssued s_subsidy = new()
    {
        App = "default",
        ExternalNo = "7301.1.1001",
        Uid = 1001,
        CampaignId = 7301,
        Amount = 888,
        Currency = "CNY",
        ExpiresAtMs = 1_900_000_000_000,
        IssuedAtMs = 1_800_000_000_000,
    };

    [Fact]
    public void A_token_says_what_it_was_made_of()
    {
        var tokens = Of(s_new);
        Assert.True(tokens.TryRead(tokens.Make(s_subsidy, "2026"), out var read));
        Assert.Equal(s_subsidy, read);
    }

    [Fact]
    public void The_same_subsidy_is_the_same_token_everywhere() =>
        Assert.Equal(Of(s_new).Make(s_subsidy, "2026"), Of(s_old, s_new).Make(s_subsidy with { }, "2026"));

    [Fact]
    public void The_first_key_makes_and_all_open()
    {
        var before = Of(s_old).Make(s_subsidy, "2025");
        var rotated = Of(s_new, s_old);
        Assert.Equal("2026", rotated.CurrentKey);
        Assert.True(rotated.TryRead(before, out _));
    }

    [Fact]
    public void A_token_of_a_retired_key_is_refused() => Assert.False(Of(s_new).TryRead(Of(s_old).Make(s_subsidy, "2025"), out _));

    [Fact]
    public void A_token_of_another_key_of_the_same_name_is_refused() => Assert.False(Of(KeyOf("2026", 3)).TryRead(Of(s_new).Make(s_subsidy, "2026"), out _));

    [Fact]
    public void A_token_under_the_name_of_another_key_is_refused() =>
        Assert.False(Of(s_new, KeyOf("copy", 2)).TryRead(Of(s_new).Make(s_subsidy, "2026").Replace("2026", "copy", StringComparison.Ordinal), out _));

    [Fact]
    public void Every_flipped_bit_and_every_cut_is_refused()
    {
        var tokens = Of(s_new);
        var token = tokens.Make(s_subsidy, "2026");
        for (var i = 0; i < token.Length; i++)
        {
            Assert.False(tokens.TryRead(token[..i], out _), $"cut at {i}");
            for (var bit = 0; bit < 7; bit++)
            {
                var other = token.ToCharArray();
                other[i] ^= (char)(1 << bit);
                Assert.False(tokens.TryRead(new string(other), out _), $"bit {bit} of character {i}");
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("h1.2026.")]
    [InlineData("h1.2026.AAAA")]
    [InlineData("h1.2026.=")]
    [InlineData("h2.2026.AAAA")]
    [InlineData("h1..AAAA")]
    [InlineData("h1.2026.红包")]
    public void What_is_no_token_is_refused(string text) => Assert.False(Of(s_new).TryRead(text, out _));

    [Fact]
    public void Random_bytes_are_refused()
    {
        var seed = Random.Shared.NextInt64();
        var chance = new SeededRandomSource(seed);
        var tokens = Of(s_new);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = new byte[chance.Below(1000)];
            chance.Fill(bytes);
            Assert.False(tokens.TryRead($"h1.2026.{Base64Url.EncodeToString(bytes)}", out _), $"seed {seed}, draw {i}");
        }
    }

    [Fact]
    public void Settings_say_what_is_wrong_with_them()
    {
        Assert.NotEmpty(new SubsidyOptions().Faults());
        Assert.Empty(new SubsidyOptions { TokenKeys = [s_new, s_old] }.Faults());
        Assert.Contains(new SubsidyOptions { TokenKeys = [s_new, s_new] }.Faults(), f => f.StartsWith("Subsidies:TokenKeys:1:Id", StringComparison.Ordinal));
        Assert.Contains(
            new SubsidyOptions { TokenKeys = [new SubsidyKeyOptions { Id = "a", Key = "c2hvcnQ=" }] }.Faults(), f => f.StartsWith("Subsidies:TokenKeys:0:Key", StringComparison.Ordinal));
    }

    private static SubsidyTokens Of(params SubsidyKeyOptions[] keys) => new(new SubsidyOptions { TokenKeys = [.. keys] });

    private static SubsidyKeyOptions KeyOf(string id, byte fill) => new() { Id = id, Key = Convert.ToBase64String(Enumerable.Repeat(fill, SubsidyTokens.KeyBytes).ToArray()) };
}
