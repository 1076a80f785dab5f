using Hongbao.Client.Http;

namespace Hongbao.Client.Calling;

/// <summary>One request and its answer, whichever way it travels.</summary>
internal static class Exchange
{
    /// <summary>Most bytes of an answer: a package's, and none of HTTP's comes near it.</summary>
    public const int AnswerMax = Yyb.YybConstants.AnswerBytesMax;

    private const int ChunkBytes = 16 * 1024;

    /// <param name="http">The caller's.</param>
    /// <param name="request">What is sent, once.</param>
    /// <param name="clock">What dates in answers are compared with when an answer has none of its own.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The body of a success, and its status.</returns>
    /// <exception cref="HongbaoException">Refused, or it is no answer of a service.</exception>
    public static async Task<(byte[] Body, int Status)> SendAsync(HttpClient http, HttpRequestMessage request, TimeProvider clock, CancellationToken cancellationToken)
    {
        // A redirection changes the request itself.
        var address = request.RequestUri;
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        var status = (int)response.StatusCode;
        if (response.RequestMessage?.RequestUri is { } answered && answered != address)
        {
            throw Problems.NotOurs(status, $"The request was redirected to {answered.GetLeftPart(UriPartial.Path)}, which took its token along: make the HttpClient with AllowAutoRedirect = false.");
        }

        var body = await ReadAsync(response, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode ? (body, status) : throw Problems.Read(response, body, clock);
    }

    /// <summary>All of the body, as long as it is not more than any answer has: who answers may be anybody.</summary>
    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var chunk = new byte[ChunkBytes];
            for (int read; (read = await stream.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                if (body.Length + read > AnswerMax)
                {
                    throw Problems.NotOurs((int)response.StatusCode, $"The answer is longer than {AnswerMax} bytes.");
                }

                body.Write(chunk, 0, read);
            }
        }

        return body.ToArray();
    }
}
