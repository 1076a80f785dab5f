namespace Hongbao.Gateway.Tests;

public sealed class WebTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hongbao-web").FullName;

    public WebTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "assets"));
        File.WriteAllText(Path.Combine(_folder, "index.html"), "<!doctype html><title>H5</title>");
        File.WriteAllText(Path.Combine(_folder, "favicon.svg"), "<svg/>");
        File.WriteAllText(Path.Combine(_folder, "assets", "index-abc123.js"), "1");
        File.WriteAllText(Path.Combine(_folder, ".env"), "secret");
        File.WriteAllText(Path.Combine(_folder, "..", "hongbao-outside.txt"), "secret");
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        File.Delete(Path.Combine(_folder, "..", "hongbao-outside.txt"));
    }

    [Fact]
    public async Task The_page_is_served_with_the_caching_that_suits_each_file()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:WebRoot", _folder));
        foreach (var path in new[] { "/", "/index.html" })
        {
            var index = await host.GetAsync(path, null);
            Assert.Equal((200, "text/html", "no-cache"), (index.Status, index.ContentHeaders.ContentType?.MediaType, index.Header("Cache-Control")));
            Assert.Contains("H5", index.Body, StringComparison.Ordinal);
            Assert.Equal(304, (await host.GetAsync(path, null, ("If-None-Match", index.Header("ETag")!))).Status);
            Assert.StartsWith("default-src 'self'; img-src 'self' data:; style-src 'self'; connect-src 'self'", index.Header("Content-Security-Policy"), StringComparison.Ordinal);
        }

        var script = await host.GetAsync("/assets/index-abc123.js", null);
        Assert.Equal((200, "text/javascript", "public, max-age=31536000, immutable"), (script.Status, script.ContentHeaders.ContentType?.MediaType, script.Header("Cache-Control")));
        Assert.Equal("public, max-age=3600", (await host.GetAsync("/favicon.svg", null)).Header("Cache-Control"));
    }

    [Theory]
    [InlineData("/assets/missing.js")]
    [InlineData("/.env")]
    [InlineData("/..%2fhongbao-outside.txt")]
    [InlineData("/%2e%2e/hongbao-outside.txt")]
    [InlineData("/assets/..%5c..%5chongbao-outside.txt")]
    [InlineData("/assets/")]
    public async Task Nothing_else_is_served(string path)
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:WebRoot", _folder));
        (await host.GetAsync(path, null)).IsProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task Without_the_folder_the_start_page_says_how_to_build_it()
    {
        await using var host = await GatewayHost.StartAsync();
        var answer = await host.GetAsync("/", null);
        Assert.Equal((200, "text/plain"), (answer.Status, answer.ContentHeaders.ContentType?.MediaType));
        Assert.Contains("npm run build", answer.Body, StringComparison.Ordinal);
        Assert.Contains("/docs", answer.Body, StringComparison.Ordinal);
        Assert.Equal(200, (await host.GetAsync("/api/v1/me")).Status);
    }

    [Fact]
    public async Task Every_answer_carries_the_security_headers_and_lets_no_other_site_in()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:WebRoot", _folder));
        foreach (var path in new[] { "/", "/api/v1/me", "/api/v1/nothing", "/cashier/55", "/healthz", "/docs/index.html", "/openapi/v1.json", "/cashier.css", "/assets/index-abc123.js" })
        {
            var answer = await host.GetAsync(path, null, ("Origin", "https://evil.example"));
            Assert.Equal(("nosniff", "DENY", "no-referrer"), (answer.Header("X-Content-Type-Options"), answer.Header("X-Frame-Options"), answer.Header("Referrer-Policy")));
            Assert.Contains("frame-ancestors 'none'", answer.Header("Content-Security-Policy"), StringComparison.Ordinal);
            Assert.Contains("base-uri 'none'", answer.Header("Content-Security-Policy"), StringComparison.Ordinal);
            Assert.Null(answer.Header("Access-Control-Allow-Origin"));
            Assert.Null(answer.Header("Server"));
        }
    }

    [Fact]
    public async Task Only_the_api_page_may_write_styles()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:WebRoot", _folder));
        Assert.Contains("unsafe-inline", (await host.GetAsync("/docs/index.html", null)).Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", (await host.GetAsync("/", null)).Header("Content-Security-Policy"), StringComparison.Ordinal);
    }
}
