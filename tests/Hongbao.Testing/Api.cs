using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Hongbao.Testing;

/// <summary>An answer of the server, as a client sees it.</summary>
public sealed record Answer(HttpStatusCode Status, JsonElement Body, HttpResponseHeaders Headers)
{
    public bool IsOk => (int)Status is >= 200 and < 300;

    /// <summary>The problem's code; empty without one.</summary>
    public string Code => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("code", out var code) ? code.GetString()! : "";

    public JsonElement this[string name] => Body.GetProperty(name);

    /// <summary>A field that is text.</summary>
    public string Text(string name) => Body.GetProperty(name).GetString()!;

    public override string ToString() => $"{(int)Status} {Body}";
}

/// <summary>
/// Calls a running server as any user. One process gives tokens itself, and they outlive it, since their key is in its data folder; several give none (docs/security.md): their tokens are signed here.
/// </summary>
public sealed class Api : IDisposable
{
    private readonly Dictionary<(long Uid, string? Role, string? App), string> _tokens;
    private readonly UserTokenKey? _key;

    /// <param name="url">The server.</param>
    /// <param name="before">Whose tokens are known already.</param>
    /// <param name="key">Signs tokens, for servers that give none.</param>
    public Api(string url, Api? before = null, UserTokenKey? key = null)
    {
        _key = key ?? before?._key;
        Http = new HttpClient { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(30) };
        _tokens = before is null ? [] : new(before._tokens);
    }

    /// <summary>For requests of another kind.</summary>
    public HttpClient Http { get; }

    public void Dispose() => Http.Dispose();

    /// <exception cref="HttpRequestException">The server is gone.</exception>
    public async Task<Answer> SendAsync(HttpMethod method, string path, long uid, object? body = null, string? role = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body switch
        {
            null => null,
            string text => new StringContent(text, Encoding.UTF8, "application/json"),
            _ => JsonContent.Create(body),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(uid, role));
        return await ReadAsync(request);
    }

    public Task<Answer> GetAsync(string path, long uid) => SendAsync(HttpMethod.Get, path, uid);

    public Task<Answer> PostAsync(string path, long uid, object? body = null) => SendAsync(HttpMethod.Post, path, uid, body);

    /// <summary>A token of a user, asked for once.</summary>
    public async Task<string> TokenAsync(long uid, string? role = null, string? app = null)
    {
        lock (_tokens)
        {
            if (_tokens.TryGetValue((uid, role, app), out var known))
            {
                return known;
            }
        }

        var token = _key?.Sign(uid, role, app) ?? await AskTokenAsync(uid, role, app);
        lock (_tokens)
        {
            _tokens[(uid, role, app)] = token;
        }

        return token;
    }

    private async Task<string> AskTokenAsync(long uid, string? role, string? app)
    {
        var wanted = new Dictionary<string, string?> { ["uid"] = uid.ToString(), ["role"] = role, ["app"] = app };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/dev/token") { Content = JsonContent.Create(wanted.Where(static w => w.Value is not null).ToDictionary()) };
        var answer = await ReadAsync(request);
        return answer.IsOk ? answer.Text("token") : throw new InvalidOperationException($"no token: {answer}");
    }

    /// <summary>Sends a request as it is.</summary>
    public async Task<Answer> ReadAsync(HttpRequestMessage request)
    {
        using var response = await SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var isJson = response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true;
        return new Answer(response.StatusCode, isJson && text.Length > 0 ? JsonDocument.Parse(text).RootElement : default, response.Headers);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        try
        {
            return await Http.SendAsync(request);
        }
        catch (SocketException e)
        {
            // A connection that dies in the moment of its beginning comes out as it is.
            throw new HttpRequestException("The server is gone.", e);
        }
    }
}
