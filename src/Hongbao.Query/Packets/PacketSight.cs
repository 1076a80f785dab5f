using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Query.Sources;

namespace Hongbao.Query.Packets;

/// <summary>How a packet looks to one user.</summary>
internal enum Sight
{
    /// <summary>He may see it.</summary>
    Shown,
    /// <summary>For him there is no such packet.</summary>
    Hidden,
    /// <summary>It is not meant for him.</summary>
    OutOfScope,
    /// <summary>The host app gives no answer.</summary>
    Unknown,
    /// <summary>The host app was asked often enough; it can be asked again for the next page.</summary>
    NotAsked,
}

/// <summary>
/// Who may see a packet's detail: its sender; once it is paid for also its claimers, and those in its scope. For one
/// caller and one request: every relation is asked once, only so many are, and none after the host app gave no answer.
/// </summary>
internal sealed class PacketSight(IRelations relations, CallContext context, int asksMax)
{
    private readonly Dictionary<(long Sender, RelationKind Kind), bool> _known = [];
    private bool _isSilent;

    /// <summary>How the packet looks to the caller.</summary>
    public async Task<Sight> LookAsync(PacketRow packet, bool hasClaim, CancellationToken cancellationToken)
    {
        if (packet.SenderUid == context.Uid)
        {
            return Sight.Shown;
        }

        if (!PacketPhase.IsPaid(packet.State))
        {
            return Sight.Hidden;
        }

        return hasClaim ? Sight.Shown : packet.Scope switch
        {
            ScopeKind.Public => Sight.Shown,
            ScopeKind.Exclusive => IsNamed(packet) ? Sight.Shown : Sight.OutOfScope,
            ScopeKind.Followers => await AskAsync(packet.SenderUid, RelationKind.Follower, cancellationToken).ConfigureAwait(false),
            ScopeKind.Friends => await AskAsync(packet.SenderUid, RelationKind.Friend, cancellationToken).ConfigureAwait(false),
        };
    }

    private bool IsNamed(PacketRow packet) =>
        packet.ScopeUids is not null && JsonSerializer.Deserialize<long[]>(packet.ScopeUids)!.Contains(context.Uid);

    private async Task<Sight> AskAsync(long sender, RelationKind kind, CancellationToken cancellationToken)
    {
        if (!_known.TryGetValue((sender, kind), out var holds))
        {
            if (_isSilent)
            {
                return Sight.Unknown;
            }

            if (_known.Count == asksMax)
            {
                return Sight.NotAsked;
            }

            var answer = await relations.HoldsAsync(
                context, new RelationRequest { Uid = sender, Other = context.Uid, Kind = kind }, cancellationToken).ConfigureAwait(false);
            if (!answer.Result.IsOk())
            {
                _isSilent = true;
                return Sight.Unknown;
            }

            _known.Add((sender, kind), holds = answer.Holds);
        }

        return holds ? Sight.Shown : Sight.OutOfScope;
    }
}
