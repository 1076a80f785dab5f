using System.Collections.Concurrent;
using Hongbao.Client;
using Hongbao.Client.Http;

namespace Hongbao.Sample;

/// <summary>Tokens for anybody. An app gets its users' tokens from its own login; here the server makes them up.</summary>
internal sealed class DevUsers(HttpClient http, Uri service)
{
    private readonly HongbaoClient _open = new(http, service);
    private readonly ConcurrentDictionary<long, string> _tokens = new();

    /// <summary>Whose requests a client makes.</summary>
    public ClientOptions As(long uid) => new()
    {
        // Asked with null at first, and with the token that the service refused, when it did.
        Token = (refused, cancellationToken) => TokenAsync(uid, refused, cancellationToken),
    };

    private async ValueTask<string?> TokenAsync(long uid, string? refused, CancellationToken cancellationToken)
    {
        if (_tokens.TryGetValue(uid, out var known) && known != refused)
        {
            return known;
        }

        var issued = await _open.IssueDevTokenAsync(new DevTokenBody { Uid = uid }, cancellationToken: cancellationToken);
        return _tokens[uid] = issued.Token;
    }
}
