using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Hongbao.Crash.Tests;

/// <summary>An answer of the server, as a client sees it.</summary>
internal sealed record Answer(HttpStatusCode Status, JsonElement Body)
{
    public bool IsOk => Status is HttpStatusCode.OK or HttpStatusCode.Created;

    public string Code => Body.TryGetProperty("code", out var code) ? code.GetString()! : "";
}

/// <summary>Calls a server as any user; tokens outlive the server, since their key is in its data folder.</summary>
internal sealed class Api : IDisposable
{
    private static readonly Dictionary<(long, string?), string> NoTokens = [];
    private readonly Dictionary<(long Uid, string? Role), string> _tokens;
    private readonly HttpClient _http;

    public Api(string url, Api? before = null)
    {
        _http = new HttpClient { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(20) };
        _tokens = new(before?._tokens ?? NoTokens);
    }

    public void Dispose() => _http.Dispose();

    /// <exception cref="HttpRequestException">The server is gone.</exception>
    public async Task<Answer> SendAsync(HttpMethod method, string path, long uid, object? body = null, string? role = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(uid, role));
        return await ReadAsync(request);
    }

    private async Task<string> TokenAsync(long uid, string? role)
    {
        lock (_tokens)
        {
            if (_tokens.TryGetValue((uid, role), out var known))
            {
                return known;
            }
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/dev/token")
        {
            Content = role is null ? JsonContent.Create(new { uid = uid.ToString() }) : JsonContent.Create(new { uid = uid.ToString(), role }),
        };
        var answer = await ReadAsync(request);
        var token = answer.IsOk ? answer.Body.GetProperty("token").GetString()! : throw new InvalidOperationException($"no token: {answer}");
        lock (_tokens)
        {
            _tokens[(uid, role)] = token;
        }

        return token;
    }

    private async Task<Answer> ReadAsync(HttpRequestMessage request)
    {
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }
}
