using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Hongbao.Host.Draws;

/// <summary>A draw could not be had; the message is for the one at the keyboard.</summary>
internal sealed class NoDrawException(string message) : Exception(message);

/// <summary>Gets draws from a file or a server.</summary>
internal static class DrawSource
{
    private const int LengthMax = 16 * 1024 * 1024;

    /// <exception cref="NoDrawException">There is no such file, or it holds no draw.</exception>
    public static ShownDraw ReadFile(string path) => Parse(ReadBytes(path), path);

    /// <summary>A file's bytes.</summary>
    /// <exception cref="NoDrawException">There is none, or it is too long for what is looked for.</exception>
    public static byte[] ReadBytes(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return !file.Exists ? throw new NoDrawException($"There is no file {path}.")
                : file.Length > LengthMax ? throw new NoDrawException($"{path} is too long for a draw.")
                : File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new NoDrawException($"{path} cannot be read: {e.Message}");
        }
    }

    /// <exception cref="NoDrawException">The server cannot be reached, has no such packet, or answers something else.</exception>
    public static async Task<ShownDraw> FetchAsync(HttpClient http, long packetNo, string? token, CancellationToken cancellationToken)
    {
        var (status, bytes) = await GetAsync(http, $"api/v1/packets/{packetNo}/draw", token, cancellationToken);
        return status switch
        {
            HttpStatusCode.OK => Parse(bytes, "The server's answer"),
            HttpStatusCode.NotFound => throw new NoDrawException($"{http.BaseAddress} knows no packet {packetNo}."),
            HttpStatusCode.Unauthorized when token is null => throw new NoDrawException(
                $"Packet {packetNo} is not for everyone: until it is over, give --token (or --uid) of someone whom it is for."),
            HttpStatusCode.Forbidden => throw new NoDrawException($"Packet {packetNo} is not for this user; anyone can check it once it is over."),
            HttpStatusCode.Unauthorized => throw new NoDrawException("The server does not accept the token."),
            _ => throw new NoDrawException($"{http.BaseAddress} answered {(int)status} instead of a draw."),
        };
    }

    /// <summary>When the packet's time ends, if the token's user may see it.</summary>
    public static async Task<DateTimeOffset?> FindEndAsync(HttpClient http, long packetNo, string token, CancellationToken cancellationToken)
    {
        var (status, bytes) = await GetAsync(http, $"api/v1/packets/{packetNo}", token, cancellationToken);
        if (status != HttpStatusCode.OK)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.GetProperty("expiresAt").GetDateTimeOffset();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    /// <summary>A token of a development server for a user.</summary>
    /// <exception cref="NoDrawException">It gives none.</exception>
    public static async Task<string> TakeDevTokenAsync(HttpClient http, long uid, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/dev/token")
        {
            Content = JsonContent.Create(new { uid = uid.ToString(CultureInfo.InvariantCulture) }),
        };
        var (status, bytes) = await SendAsync(http, request, cancellationToken);
        try
        {
            return status == HttpStatusCode.OK && JsonDocument.Parse(bytes).RootElement.GetProperty("token").GetString() is { } token
                ? token
                : throw new NoDrawException($"{http.BaseAddress} gives no development tokens; use --token instead of --uid.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new NoDrawException($"{http.BaseAddress} does not answer like a hongbao server.");
        }
    }

    /// <summary>What a server answers.</summary>
    /// <exception cref="NoDrawException">It cannot be reached.</exception>
    public static async Task<(HttpStatusCode Status, byte[] Body)> GetAsync(HttpClient http, string path, string? token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return await SendAsync(http, request, cancellationToken);
    }

    private static async Task<(HttpStatusCode Status, byte[] Body)> SendAsync(HttpClient http, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (HttpRequestException e)
        {
            throw new NoDrawException($"{http.BaseAddress} cannot be reached: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NoDrawException($"{http.BaseAddress} gave no answer in {http.Timeout.TotalSeconds:0} s.");
        }
    }

    private static ShownDraw Parse(byte[] bytes, string where)
    {
        try
        {
            return ShownDraw.Read(bytes);
        }
        catch (JsonException e)
        {
            throw new NoDrawException($"{where} is no draw: {e.Message}");
        }
    }
}
