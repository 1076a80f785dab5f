using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hongbao.Client.Calling;

namespace Hongbao.Client.Http;

/// <summary>
/// A Hongbao service over HTTP, for one user at a time: whose token <see cref="ClientOptions.Token"/> gives. Every method sends its request again, the very same
/// one, while nobody answers or the service asks to come again, until the call's deadline; every request of the contract can be repeated without
/// being carried out twice. It keeps nothing between calls and can be used by many at once.
/// </summary>
public sealed partial class HongbaoClient
{
    private readonly HttpClient _http;
    private readonly ClientOptions _options;
    private readonly Caller _caller;
    private readonly Uri _service;

    /// <param name="http">
    /// Carries the requests; yours, so you dispose of it. It should follow no redirection (<c>new SocketsHttpHandler { AllowAutoRedirect = false }</c>): what is sent would go to whoever the
    /// service's name is redirected to. Its own timeout should be longer than <see cref="ClientOptions.AttemptTimeout"/>.
    /// </param>
    /// <param name="service">Where the service is, such as <c>https://packets.example.com/</c>.</param>
    /// <param name="options">Whose requests these are, and how patient; a client without a token can ask for what is open to everybody.</param>
    /// <exception cref="ArgumentException">The address is not absolute, or a setting is out of its range.</exception>
    public HongbaoClient(HttpClient http, Uri service, ClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        _http = http;
        _service = ServiceAddress.Of(service);
        _options = options ?? new ClientOptions();
        _caller = new Caller(_options);
    }

    private Task<T> SendAsync<T>(
        HttpMethod method, string path, byte[]? body, JsonTypeInfo<T> answer, bool takesToken, CallOptions? options, CancellationToken cancellationToken) =>
        _caller.CallAsync((token, end) => SendOnceAsync(method, path, body, answer, token, end), takesToken, options, cancellationToken);

    private async Task<T> SendOnceAsync<T>(HttpMethod method, string path, byte[]? body, JsonTypeInfo<T> answer, string? token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(_service, path));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        if (_options.Locale.Length > 0)
        {
            request.Headers.AcceptLanguage.ParseAdd(_options.Locale);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        var (text, status) = await Exchange.SendAsync(_http, request, _options.Clock, cancellationToken).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(text, answer) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw Problems.NotOurs(status, cause: e);
        }
    }

    private static byte[] Json<T>(T body, JsonTypeInfo<T> shape)
    {
        ArgumentNullException.ThrowIfNull(body);
        return JsonSerializer.SerializeToUtf8Bytes(body, shape);
    }

    [SuppressMessage("Globalization", "CA1305", Justification = "Says so itself.")]
    private static string Path(FormattableString path) => FormattableString.Invariant(path);

    private static string Query(params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var text = "";
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                text += $"{(text.Length == 0 ? '?' : '&')}{name}={Uri.EscapeDataString(Convert.ToString(value, CultureInfo.InvariantCulture)!)}";
            }
        }

        return text;
    }
}
