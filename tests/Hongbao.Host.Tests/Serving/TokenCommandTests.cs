using System.Text.Json;
using Hongbao.Host.Serving;

namespace Hongbao.Host.Tests.Serving;

/// <summary>Tokens for operators, made where the gateway's key is. That a gateway takes them is asserted by the contract tests.</summary>
public sealed class TokenCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_token_says_what_was_asked_for()
    {
        var (code, token, _) = await RunAsync(Key, "1001", "--role", "admin", "--app", "shop");

        Assert.Equal(0, code);
        using var payload = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]));
        Assert.Equal(("1001", "admin", "shop", "hongbao"), (Text("sub"), Text("role"), Text("app"), Text("aud")));
        string Text(string name) => payload.RootElement.GetProperty(name).GetString()!;
    }

    [Fact]
    public async Task The_key_that_a_server_has_made_counts_where_no_setting_names_one()
    {
        var missing = await RunAsync(new { }, "1001", "--data", _folder.FullName);
        Assert.Equal((1, ""), (missing.Code, missing.Output));
        Assert.Contains("--data", missing.Error, StringComparison.Ordinal);
        Assert.Single(_folder.GetFiles());

        await GeneratedKeys.LoadAsync(_folder.FullName, new Hongbao.Foundation.Chance.SecureRandomSource(), default);
        Assert.Equal(0, (await RunAsync(new { }, "1001", "--data", _folder.FullName)).Code);
    }

    [Fact]
    public async Task Keys_that_cannot_work_and_keys_that_cannot_sign_are_told_without_quoting_them()
    {
        const string secret = "c2VjcmV0";
        var broken = await RunAsync(new { Gateway = new { Keys = new[] { new { Kid = "a", Algorithm = "HS256", Key = secret } } } }, "1001");
        Assert.Equal((1, ""), (broken.Code, broken.Output));
        Assert.Contains("Gateway:Keys:0:Key", broken.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, broken.Error, StringComparison.Ordinal);

        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var verifier = await RunAsync(new { Gateway = new { Keys = new[] { new { Kid = "a", Algorithm = "ES256", Pem = key.ExportSubjectPublicKeyInfoPem() } } } }, "1001");
        Assert.Equal((1, ""), (verifier.Code, verifier.Output));
        Assert.Contains("can sign", verifier.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("x")]
    [InlineData("1", "--role", "user")]
    [InlineData("1", "--app", "Shop")]
    public async Task What_no_token_can_have_is_refused(params string[] arguments)
    {
        var (code, output, _) = await RunAsync(Key, arguments);
        Assert.NotEqual(0, code);
        Assert.Empty(output);
    }

    private static object Key => new { Gateway = new { Keys = new[] { new { Kid = "a", Algorithm = "HS256", Key = Convert.ToBase64String(new byte[32]) } } } };

    private async Task<(int Code, string Output, string Error)> RunAsync(object settings, params string[] arguments)
    {
        var file = Path.Combine(_folder.FullName, "settings");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(settings));
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = await TokenCommand.Create(output, errors).Parse([.. arguments, "--settings", file]).InvokeAsync(new() { Output = TextWriter.Null, Error = errors });
        return (code, output.ToString().Trim(), errors.ToString());
    }
}
