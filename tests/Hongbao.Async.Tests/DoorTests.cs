using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Tests;

/// <summary>What the module answers while its store is away; callers in other processes see no exceptions.</summary>
public sealed class DoorTests
{
    [Fact]
    public async Task Trouble_of_the_store_that_passes_is_told_as_such()
    {
        await using var harness = await AsyncHarness.StartAsync(SqlDialect.Sqlite);
        var callback = harness.Signed(AsyncHarness.Notice(await harness.PendingTransferAsync()));
        harness.Store.IsAway = true;
        Assert.Equal(ResultCode.Overloaded, await harness.CallBackAsync(callback));
        var context = CallContext.ForSystem(CallContext.DefaultApp);
        Assert.Equal(ResultCode.Overloaded, (await harness.Contract.GetTransferResultsAsync(context, new TransferResultsRequest { ClaimNos = [1] }, default)).Result.Code);
        Assert.Equal(
            ResultCode.Overloaded,
            (await harness.Contract.GetRefundResultsAsync(context, new RefundResultsRequest { Keys = [new RefundKey { Cause = RefundCause.Expiry, CauseNo = 1 }] }, default)).Result.Code);

        var numbers = new NumberedResultsRequest { Numbers = [1] };
        Assert.Equal(ResultCode.Overloaded, (await harness.Contract.GetFundingResultsAsync(context, numbers, default)).Result.Code);
        Assert.Equal(ResultCode.Overloaded, (await harness.Contract.GetPayoutResultsAsync(context, numbers, default)).Result.Code);
        Assert.Equal(
            ResultCode.Overloaded,
            (await harness.Contract.AdvanceCreditsAsync(context, new AdvanceCreditsRequest { Transfers = [harness.NewClaim()] }, default)).Result.Code);

        harness.Store.IsAway = false;
        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(callback));
    }
}
