namespace Hongbao.Foundation.Stores;

/// <summary>One of several statements that are known in full before any of them runs, so that they can travel together.</summary>
/// <param name="Sql">As for <see cref="StoreSession.ExecuteRowsAsync"/>. One that must change all of its rows ends, on PostgreSQL, with
/// <c>select require_rows(changed, @must)</c>, which refuses the transaction when the two numbers differ.</param>
/// <param name="Rows">Its rows; without any it is left out.</param>
/// <param name="Must">What has to be as expected, for the message, when every row must be changed; otherwise null.</param>
public sealed record BatchStatement(Sql Sql, ColumnBatch Rows, string? Must = null);
