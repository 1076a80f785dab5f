using Hongbao.Contracts;

namespace Hongbao.Core;

/// <content>Withdrawals.</content>
internal sealed partial class RedPacketCore
{
    public Task<PullPayoutsResponse> PullPayoutsAsync(CallContext context, PullRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<WithdrawalResponse> CreateWithdrawalAsync(CallContext context, CreateWithdrawalRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<WithdrawalResponse> GetWithdrawalAsync(CallContext context, WithdrawalRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
}
