using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core;

/// <content>Withdrawals.</content>
internal sealed partial class RedPacketCore
{
    public Task<WithdrawalResponse> CreateWithdrawalAsync(CallContext context, CreateWithdrawalRequest request, CancellationToken cancellationToken) =>
        withdrawals.CreateAsync(context, request, cancellationToken).OrAskAgainAsync(log);

    public Task<WithdrawalResponse> GetWithdrawalAsync(CallContext context, WithdrawalRequest request, CancellationToken cancellationToken) =>
        withdrawalRows.GetAsync(context, request.WithdrawalNo, cancellationToken).OrAskAgainAsync(log);

    public Task<PullPayoutsResponse> PullPayoutsAsync(CallContext context, PullRequest request, CancellationToken cancellationToken) =>
        withdrawalRows.PayoutsAsync(request, cancellationToken).OrAskAgainAsync(log);
}
