using ChatApp.Domain.Analytics;

namespace ChatApp.Web.Features.Analytics;

/// <summary>A table of amounts with bars, for the partial view <c>_Amounts</c>.</summary>
/// <param name="Caption">The table's caption.</param>
/// <param name="Column">The heading of the first column.</param>
/// <param name="Rows">Name, detail and amount.</param>
public sealed record AmountsTable(string Caption, string Column, IReadOnlyList<(string Name, string Detail, Amount Amount)> Rows);
