using System.Buffers.Text;
using System.Text;
using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Tests;

public abstract class WalletTests(SqlDialect dialect)
{
    [Fact]
    public async Task A_user_without_accounts_has_nothing()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);

        var wallet = await finance.Finance.GetWalletAsync(FinanceHarness.As(5), new WalletRequest { Currency = "CNY" }, default);
        var entries = await finance.Finance.ListEntriesAsync(FinanceHarness.As(5), new PageRequest { Limit = 10 }, default);

        Assert.Equal(new WalletResponse { Result = wallet.Result, Currency = "CNY" }, wallet);
        Assert.Empty(entries.Items);
        Assert.Equal("", entries.Next);
        Assert.Equal(ResultCode.ValidationFailed,
            (await finance.Finance.GetWalletAsync(FinanceHarness.As(5), new WalletRequest { Currency = "yuan" }, default)).Result.Code);
    }

    [Fact]
    public async Task A_statement_pages_through_both_balances_newest_first()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(1000);
        for (var i = 1; i <= 7; i++)
        {
            await finance.TransferAsync(FinanceHarness.NewTransfer(payment, FinanceHarness.Payer, i, i % 2 == 0 ? PacketKind.B2C : PacketKind.C2C));
        }

        await finance.TransferAsync(FinanceHarness.NewTransfer(payment, 10010, 5));
        await finance.RefundAsync(FinanceHarness.NewRefund(payment, 100));

        var items = new List<WalletEntry>();
        var pages = 0;
        for (var cursor = ""; pages == 0 || cursor.Length > 0; pages++)
        {
            var page = await finance.Finance.ListEntriesAsync(
                FinanceHarness.As(FinanceHarness.Payer), new PageRequest { Limit = 3, Cursor = cursor }, default);
            Assert.InRange(page.Items.Count, 1, 3);
            items.AddRange(page.Items);
            cursor = page.Next;
        }

        Assert.Equal(3, pages);
        Assert.Equal(
            [
                "refund change 100 116", "transfer change 7 16", "transfer reward 6 12", "transfer change 5 9", "transfer reward 4 6",
                "transfer change 3 4", "transfer reward 2 2", "transfer change 1 1",
            ],
            items.Select(i => $"{i.Kind} {i.Account} {i.Amount} {i.Balance}"));
        Assert.All(items, i => Assert.Equal(payment.PacketNo, i.PacketNo));
        Assert.All(items, i => Assert.True(i.AtMs > 0));
        Assert.Equal(items.Select(i => i.EntryNo).OrderDescending(), items.Select(i => i.EntryNo));
    }

    [Fact]
    public async Task A_forged_cursor_or_limit_is_named()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);

        foreach (var cursor in new[] { "!", "a b", Encode("x"), Encode("12x"), Encode("-1"), Encode("0"), Encode("99999999999999999999"), new string('A', 33) })
        {
            var answer = await finance.Finance.ListEntriesAsync(FinanceHarness.As(1), new PageRequest { Limit = 1, Cursor = cursor }, default);
            Assert.Equal("cursor", Assert.Single(answer.Result.Faults).Field);
        }

        foreach (var limit in new[] { -1, 0, 101 })
        {
            var answer = await finance.Finance.ListEntriesAsync(FinanceHarness.As(1), new PageRequest { Limit = limit }, default);
            Assert.Equal("limit", Assert.Single(answer.Result.Faults).Field);
        }

        static string Encode(string text) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(text));
    }
}

public sealed class WalletTestsOnSqlite() : WalletTests(SqlDialect.Sqlite);

public sealed class WalletTestsOnPostgres() : WalletTests(SqlDialect.Postgres);
