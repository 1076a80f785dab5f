using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hongbao.Gateway.Auth;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hongbao.Gateway.Tests;

public sealed class AuthTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private long Now => _host.Clock.GetUtcNow().ToUnixTimeSeconds();

    private Dictionary<string, object> Claims(params (string Name, object? Value)[] changes)
    {
        var claims = Tokens.Claims(_host.Clock);
        foreach (var (name, value) in changes)
        {
            claims.Remove(name);
            if (value is not null)
            {
                claims[name] = value;
            }
        }

        return claims;
    }

    private async Task IsRefusedAsync(string token)
    {
        // Twice: a refusal must not be remembered as a success.
        for (var i = 0; i < 2; i++)
        {
            var answer = await _host.GetAsync("/api/v1/me", token);
            answer.IsProblem(401, "UNAUTHENTICATED");
            Assert.Equal("Bearer error=\"invalid_token\"", answer.Header("WWW-Authenticate"));
        }
    }

    private async Task IsAcceptedAsync(string token) => Assert.Equal(200, (await _host.GetAsync("/api/v1/me", token)).Status);

    [Fact]
    public async Task A_request_without_token_is_challenged()
    {
        var answer = await _host.GetAsync("/api/v1/me", null);
        answer.IsProblem(401, "UNAUTHENTICATED");
        Assert.Equal("Bearer", answer.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task Tokens_of_both_algorithms_are_accepted()
    {
        await IsAcceptedAsync(Tokens.Sign(Claims()));
        await IsAcceptedAsync(Tokens.Sign(Claims(), "ES256", Tokens.EcdsaKid));
        await IsAcceptedAsync(Tokens.Sign(Claims(("aud", new[] { "other", "hongbao" }))));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("9223372036854775807")]
    public async Task Every_positive_63_bit_uid_is_accepted(string sub) => await IsAcceptedAsync(Tokens.Sign(Claims(("sub", sub))));

    [Fact]
    public async Task A_sub_that_is_no_uid_is_refused()
    {
        foreach (var sub in new object?[] { null, "", "0", "-1", "+1", "01", "1 ", "1.0", "1e3", "abc", "１", "9223372036854775808", "18446744073709551617", 1001, new[] { "1001" } })
        {
            await IsRefusedAsync(Tokens.Sign(Claims(("sub", sub))));
        }
    }

    [Fact]
    public async Task A_token_of_another_key_is_refused() => await IsRefusedAsync(Tokens.Sign(Claims(), key: RandomNumberGenerator.GetBytes(32)));

    [Fact]
    public async Task A_token_that_names_no_known_key_is_refused()
    {
        await IsRefusedAsync(Tokens.Sign(Claims(), kid: "h2"));
        await IsRefusedAsync(Tokens.Sign(Claims(), kid: null));
        await IsRefusedAsync(Tokens.Sign(Claims(), kid: ""));
    }

    [Fact]
    public async Task A_tampered_token_is_refused()
    {
        var parts = Tokens.Sign(Claims()).Split('.');
        var other = Tokens.Part(JsonSerializer.SerializeToUtf8Bytes(Claims(("role", "admin"))));
        await IsRefusedAsync($"{parts[0]}.{other}.{parts[2]}");
        var signature = parts[2].ToCharArray();
        signature[5] = signature[5] == 'A' ? 'B' : 'A';
        await IsRefusedAsync($"{parts[0]}.{parts[1]}.{new string(signature)}");
        await IsRefusedAsync($"{parts[0]}.{parts[1]}.");
        await IsRefusedAsync($"{parts[0]}.{parts[1]}");
        await IsRefusedAsync($"{parts[0]}.{parts[1]}.{parts[2]}.");
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("HS512")]
    [InlineData("hs256")]
    [InlineData("RS256")]
    [InlineData("")]
    public async Task An_algorithm_that_is_not_the_keys_is_refused(string algorithm)
    {
        await IsRefusedAsync(Tokens.Sign(Claims(), header: new() { ["alg"] = algorithm }));
        var header = Tokens.Part(JsonSerializer.SerializeToUtf8Bytes(new { alg = algorithm, kid = Tokens.HmacKid }));
        await IsRefusedAsync($"{header}.{Tokens.Part(JsonSerializer.SerializeToUtf8Bytes(Claims()))}.");
        await IsRefusedAsync($"{header}.{Tokens.Part(JsonSerializer.SerializeToUtf8Bytes(Claims()))}.AA");
    }

    [Fact]
    public async Task A_public_key_is_no_hmac_secret()
    {
        var pem = Encoding.UTF8.GetBytes(Tokens.PublicPem);
        var der = Tokens.Ecdsa.ExportSubjectPublicKeyInfo();
        foreach (var key in new[] { pem, der })
        {
            await IsRefusedAsync(Tokens.Sign(Claims(), "HS256", Tokens.EcdsaKid, key));
        }

        await IsRefusedAsync(Tokens.Sign(Claims(), "ES256", Tokens.HmacKid));
    }

    [Fact]
    public async Task An_encrypted_token_never_reaches_the_library()
    {
        var header = Tokens.Part("""{"alg":"dir","enc":"A128CBC-HS256","zip":"DEF","kid":"h1"}"""u8.ToArray());
        await IsRefusedAsync($"{header}..{Tokens.Part(new byte[16])}.{Tokens.Part(new byte[64])}.{Tokens.Part(new byte[16])}");
        await IsRefusedAsync($"{header}.AA.{Tokens.Part(new byte[16])}.{Tokens.Part(new byte[64])}.{Tokens.Part(new byte[16])}");
        Assert.Contains(_host.Logs.Lines, l => l.Contains("it has not three parts", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("crit")]
    [InlineData("zip")]
    [InlineData("enc")]
    public async Task A_header_that_asks_for_more_than_a_signature_is_refused(string name) =>
        await IsRefusedAsync(Tokens.Sign(Claims(), header: new() { [name] = new[] { "exp" } }));

    [Fact]
    public async Task A_token_that_never_ends_is_refused()
    {
        await IsRefusedAsync(Tokens.Sign(Claims(("exp", null))));
        await IsRefusedAsync(Tokens.Sign(Claims(("exp", "tomorrow"))));
    }

    [Fact]
    public async Task Expiry_is_honoured_with_half_a_minute_of_grace()
    {
        await IsAcceptedAsync(Tokens.Sign(Claims(("exp", Now - 29))));
        await IsRefusedAsync(Tokens.Sign(Claims(("exp", Now - 30))));
        await IsRefusedAsync(Tokens.Sign(Claims(("exp", 0))));
    }

    [Fact]
    public async Task Not_before_is_honoured_with_half_a_minute_of_grace()
    {
        await IsAcceptedAsync(Tokens.Sign(Claims(("nbf", Now + 30))));
        await IsRefusedAsync(Tokens.Sign(Claims(("nbf", Now + 31))));
    }

    [Fact]
    public async Task A_token_that_was_accepted_ends_all_the_same()
    {
        var token = _host.Token();
        await IsAcceptedAsync(token);
        _host.Clock.Advance(TimeSpan.FromSeconds(3629));
        await IsAcceptedAsync(token);
        _host.Clock.Advance(TimeSpan.FromSeconds(1));
        await IsRefusedAsync(token);
    }

    [Fact]
    public async Task Another_audience_is_refused()
    {
        await IsRefusedAsync(Tokens.Sign(Claims(("aud", "other"))));
        await IsRefusedAsync(Tokens.Sign(Claims(("aud", null))));
        await IsRefusedAsync(Tokens.Sign(Claims(("aud", "Hongbao"))));
        await IsRefusedAsync(Tokens.Sign(Claims(("aud", "hongbao/"))));
        await IsRefusedAsync(Tokens.Sign(Claims(("aud", new[] { "other", "hongbao/" }))));
    }

    [Fact]
    public async Task An_issuer_counts_when_one_is_configured()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:Issuer", "app"));
        var claims = Tokens.Claims(host.Clock);
        (await host.GetAsync("/api/v1/me", Tokens.Sign(claims))).IsProblem(401, "UNAUTHENTICATED");
        claims["iss"] = "other";
        (await host.GetAsync("/api/v1/me", Tokens.Sign(claims))).IsProblem(401, "UNAUTHENTICATED");
        claims["iss"] = "app";
        Assert.Equal(200, (await host.GetAsync("/api/v1/me", Tokens.Sign(claims))).Status);
    }

    [Fact]
    public async Task The_app_claim_names_the_tenant()
    {
        Assert.Equal("default", (await _host.GetAsync("/api/v1/me")).Json.GetProperty("app").GetString());
        Assert.Equal("a-1", (await _host.GetAsync("/api/v1/me", _host.Token(app: "a-1"))).Json.GetProperty("app").GetString());
        Assert.Equal(200, (await _host.GetAsync("/api/v1/me", _host.Token(app: new string('a', 32)))).Status);
        foreach (var app in new object[] { "", "A", "a b", "a_b", "é", new string('a', 33), 1, new[] { "a" } })
        {
            await IsRefusedAsync(Tokens.Sign(Claims(("app", app))));
        }
    }

    [Theory]
    [InlineData(null, 403, 403)]
    [InlineData("operator", 403, 200)]
    [InlineData("admin", 200, 200)]
    [InlineData("Admin", 403, 403)]
    [InlineData("root", 403, 403)]
    public async Task Roles_open_what_they_are_for(string? role, int faults, int ledger)
    {
        Assert.Equal(faults, (await _host.GetAsync("/ops/v1/finance/faults", _host.Token(role: role))).Status);
        Assert.Equal(ledger, (await _host.GetAsync("/ops/v1/finance/ledger", _host.Token(role: role))).Status);
    }

    [Fact]
    public async Task A_role_in_any_other_form_is_none()
    {
        foreach (var role in new object[] { new[] { "admin" }, 1, true })
        {
            Assert.Equal(403, (await _host.GetAsync("/ops/v1/finance/faults", Tokens.Sign(Claims(("role", role))))).Status);
        }
    }

    [Theory]
    [InlineData("a.b.c")]
    [InlineData("..")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.e30.AA")]
    [InlineData("bnVsbA.bnVsbA.bnVsbA")]
    [InlineData("W10.W10.W10")]
    [InlineData("!!.??.**")]
    public async Task Nonsense_is_refused(string token) => await IsRefusedAsync(token);

    [Fact]
    public async Task A_payload_that_is_no_single_object_is_refused()
    {
        foreach (var payload in new[] { "[]", "1", "{", "{\"sub\":\"1\",\"sub\":\"2\"}", "" })
        {
            await IsRefusedAsync(Tokens.Sign(payload));
        }
    }

    [Fact]
    public async Task A_very_long_token_is_refused() => await IsRefusedAsync(Tokens.Sign(Claims(("x", new string('x', 5000)))));

    [Theory]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("")]
    public async Task Another_scheme_is_refused(string header) =>
        (await _host.SendAsync(HttpMethod.Get, "/api/v1/me", null, null, ("Authorization", header))).IsProblem(401, "UNAUTHENTICATED");

    [Fact]
    public async Task Two_tokens_are_refused() =>
        (await _host.SendAsync(HttpMethod.Get, "/api/v1/me", null, null, ("Authorization", "Bearer " + _host.Token("1")), ("Authorization", "Bearer " + _host.Token("2"))))
            .IsProblem(401, "UNAUTHENTICATED");

    [Fact]
    public async Task A_wrong_token_keeps_nobody_from_what_needs_none()
    {
        _host.Gate.IsOpen = true;
        var expired = Tokens.Sign(Claims(("exp", 0)));
        foreach (var token in new[] { "wrong", expired })
        {
            foreach (var path in new[] { "/healthz", "/readyz", "/api/v1/limits", "/api/v1/dev/users", "/openapi/v1.json", "/cashier.css" })
            {
                Assert.Equal((200, path), ((await _host.GetAsync(path, token)).Status, path));
            }

            Assert.Equal(200, (await _host.PostAsync("/api/v1/dev/token", new { uid = "1" }, token)).Status);
            Assert.Equal(
                "Hongbao-Signature", (await _host.PostAsync("/callbacks/finance", """{"items":[{"kind":"payment"}]}""", token)).IsProblem(401, "UNAUTHENTICATED").Header("WWW-Authenticate"));
        }
    }

    [Fact]
    public async Task A_wrong_token_is_refused_where_it_matters_who_asks() => (await _host.GetAsync("/api/v1/packets/9001/draw", "wrong")).IsProblem(401, "UNAUTHENTICATED");

    [Fact]
    public async Task A_caller_is_known_before_his_body_is_read() =>
        (await _host.PostAsync("/api/v1/packets", "not json", null)).IsProblem(401, "UNAUTHENTICATED");

    [Fact]
    public void Every_endpoint_says_who_may_call_it()
    {
        var endpoints = _host.App.Services.GetRequiredService<EndpointDataSource>().Endpoints;
        Assert.NotEmpty(endpoints);
        Assert.All(endpoints, e => Assert.NotNull(e.Metadata.GetMetadata<AccessRule>()));
    }

    [Fact]
    public void Only_these_endpoints_are_open_to_everyone()
    {
        var open = _host.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.Where(e => e.Metadata.GetMetadata<AccessRule>()!.Access is Access.Anyone or Access.AnyoneOrUser)
            .Select(e => ((RouteEndpoint)e).RoutePattern.RawText);
        Assert.Equal(
            ["/", "/api/v1/dev/token", "/api/v1/dev/users", "/api/v1/limits", "/api/v1/packets/{packetNo}/draw", "/callbacks/finance", "/cashier.css", "/cashier.js", "/healthz", "/healthz",
                "/openapi/v1.json", "/readyz", "/readyz", "/yyb"],
            open.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Gateway:Keys:0:Kid", "", "Gateway:Keys:0:Kid must have")]
    [InlineData("Gateway:Keys:0:Kid", "e1", "Gateway:Keys:1:Kid is used twice")]
    [InlineData("Gateway:Keys:0:Algorithm", "none", "Gateway:Keys:0:Algorithm must be HS256 or ES256")]
    [InlineData("Gateway:Keys:0:Key", "c2hvcnQ=", "Gateway:Keys:0:Key must be at least 32 bytes")]
    [InlineData("Gateway:Keys:0:Key", "not base64 !", "Gateway:Keys:0:Key must be at least 32 bytes")]
    [InlineData("Gateway:Keys:1:Pem", "nonsense", "Gateway:Keys:1:Pem must be a P-256 key")]
    [InlineData("Gateway:Audience", "", "Gateway:Audience must not be empty")]
    [InlineData("Gateway:TokensCached", "1", "Gateway:TokensCached must be")]
    public async Task Settings_that_cannot_work_stop_the_start(string key, string value, string fault)
    {
        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => GatewayHost.StartAsync((key, value)));
        Assert.Contains(fault, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("c2hvcnQ=", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_on_another_curve_stops_the_start()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        await Assert.ThrowsAsync<OptionsValidationException>(() => GatewayHost.StartAsync(("Gateway:Keys:1:Pem", p384.ExportSubjectPublicKeyInfoPem())));
    }

    [Fact]
    public void The_cache_of_tokens_is_bounded_and_keeps_what_is_in_use()
    {
        var cache = new TokenCache(100);
        var used = SecretHash.Of("used");
        cache.Add(used, new TokenCache.Entry(new Caller("default", 1, CallerRole.User), DateTimeOffset.MaxValue));
        for (var i = 0; i < 10_000; i++)
        {
            cache.Add(SecretHash.Of($"token {i}"), new TokenCache.Entry(new Caller("default", i, CallerRole.User), DateTimeOffset.MaxValue));
            Assert.NotNull(cache.Find(used));
            Assert.InRange(cache.Count, 1, 100);
        }

        Assert.Null(cache.Find(SecretHash.Of("token 0")));
    }
}
