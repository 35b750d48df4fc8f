using ChatApp.Domain.Analytics;

namespace ChatApp.Web.Features.Analytics;

/// <summary>Amounts one below the other, with bars: the partial view <c>_Amounts</c>.</summary>
/// <param name="Caption">What they are.</param>
/// <param name="Column">What each row is.</param>
/// <param name="Rows">A name, what else belongs to it, and the amount.</param>
public sealed record AmountsTable(string Caption, string Column, IReadOnlyList<(string Name, string Detail, Amount Amount)> Rows);
