using System.Net;

namespace Hongbao.Foundation.Outside;

/// <summary>
/// The HTTP client for addresses that an operator configured: it follows no redirect, keeps no cookie, unpacks nothing
/// and reads no answer over a bound, so that the other side can neither lead it elsewhere nor fill our memory.
/// </summary>
internal static class OutboundClient
{
    public const int AnswerBytesMax = 64 * 1024;

    /// <param name="connectTimeout">Bound of connecting alone; the caller bounds the whole call.</param>
    public static HttpClient Create(TimeSpan connectTimeout) =>
        new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = connectTimeout,
            MaxConnectionsPerServer = 64,
            MaxResponseHeadersLength = 16,
            // DNS changes are seen within this time.
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            UseCookies = false,
        })
        {
            MaxResponseContentBufferSize = AnswerBytesMax,
            Timeout = Timeout.InfiniteTimeSpan,
        };
}
