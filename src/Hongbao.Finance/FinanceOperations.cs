using Hongbao.Contracts;
using Hongbao.Finance.Faults;
using Hongbao.Finance.Ledger;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.Logging;

namespace Hongbao.Finance;

/// <summary>The operators' contract.</summary>
internal sealed class FinanceOperations(FaultSwitches faults, LedgerCheck check, ILogger<FinanceOperations> log) : IFinanceOperations
{
    private static Result NoAnswer => Result.Of(ResultCode.Internal, "finance's database gives no answer");

    public Task<FinanceFaults> GetFaultsAsync(CallContext context, CancellationToken cancellationToken) => Task.FromResult(faults.Get(context.App));

    public async Task<FinanceFaults> SetFaultsAsync(CallContext context, FinanceFaults request, CancellationToken cancellationToken)
    {
        try
        {
            return await faults.SetAsync(context.App, request, cancellationToken);
        }
        catch (StoreException e)
        {
            log.LogError(e, "The fault switches could not be set");
            return new FinanceFaults { Result = NoAnswer };
        }
    }

    public async Task<TrialBalanceResponse> CheckLedgerAsync(CallContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await check.RunAsync(context.App, cancellationToken);
        }
        catch (StoreException e)
        {
            log.LogError(e, "The ledger could not be checked");
            return new TrialBalanceResponse { Result = NoAnswer };
        }
    }
}
