using Hongbao.Foundation.Outside;
using Microsoft.Extensions.Options;

namespace Hongbao.Outside.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void The_defaults_are_fine()
    {
        Assert.True(new OutsideOptionsValidation().Validate(null, new OutsideOptions()).Succeeded);
    }

    [Fact]
    public async Task All_faults_are_told_at_once_and_name_their_settings()
    {
        await using var host = new OutsideHost(
            ("Relations:Kind", "ftp"),
            ("Relations:TimeoutMs", "9"),
            ("Profiles:Kind", "http"),
            ("Profiles:Url", "file:///etc/passwd"),
            ("Profiles:Key", "c2hvcnQ="),
            ("Profiles:CacheEntries", "1000001"),
            ("Moderation:File", "/nowhere/words.json"),
            ("Moderation:CacheSeconds", "-1"),
            ("Moderation:OnFailure", "maybe"),
            ("Risk:Kind", "deny"),
            ("Risk:TimeoutMs", "10001"),
            ("Conditions:Kind", "deny"),
            ("Conditions:CacheSeconds", "86401"));

        var fault = Assert.Throws<OptionsValidationException>(() => host.Relations);

        string[] settings = ["Relations:Kind", "Relations:TimeoutMs", "Profiles:Url", "Profiles:Key", "Profiles:CacheEntries",
            "Moderation:File", "Moderation:CacheSeconds", "Moderation:OnFailure", "Risk:Kind", "Risk:TimeoutMs", "Conditions:Kind", "Conditions:CacheSeconds"];
        Assert.Equal(settings.Length, fault.Failures.Count());
        Assert.All(settings, s => Assert.Contains(fault.Failures, f => f.StartsWith("Outside:" + s + " ", StringComparison.Ordinal)));
        Assert.DoesNotContain("c2hvcnQ=", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Outside:Relations:Kind must be 'file' or 'http', not 'ftp'.", fault.Failures);
        Assert.Contains("Outside:Risk:Kind must be 'file', 'http' or 'allow', not 'deny'.", fault.Failures);
    }

    [Theory]
    [InlineData("https://app.example/hongbao?x=1", true)]
    [InlineData("http://127.0.0.1:8080/", true)]
    [InlineData("https://user:secret@app.example/", false)]
    [InlineData("https://app.example/#x", false)]
    [InlineData("/relative", false)]
    [InlineData("app.example", false)]
    [InlineData("ftp://app.example/", false)]
    [InlineData("", false)]
    public void Only_plain_absolute_web_addresses_are_taken(string url, bool expected)
    {
        var options = new OutsideOptions();
        options.Relations.Kind = "http";
        options.Relations.Url = url;
        options.Relations.Key = Convert.ToBase64String(OutsideHost.Key);

        var result = new OutsideOptionsValidation().Validate(null, options);

        Assert.Equal(expected, result.Succeeded);
        Assert.DoesNotContain("secret", result.FailureMessage ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    public void A_key_of_less_than_32_bytes_is_refused(string key)
    {
        var options = new OutsideOptions();
        options.Moderation.Kind = "http";
        options.Moderation.Url = "https://app.example/";
        options.Moderation.Key = key;

        Assert.True(new OutsideOptionsValidation().Validate(null, options).Failed);
    }
}
