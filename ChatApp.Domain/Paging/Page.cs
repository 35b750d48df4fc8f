namespace ChatApp.Domain.Paging;

/// <summary>One page of a list in keyset paging: page 1,000 costs as much as page 1.</summary>
/// <typeparam name="T">The items.</typeparam>
/// <typeparam name="TCursor">The position after the last item.</typeparam>
/// <param name="Items">The items of this page, in the list's order.</param>
/// <param name="Next">Where the next page begins; null on the last page.</param>
public sealed record Page<T, TCursor>(IReadOnlyList<T> Items, TCursor? Next)
    where TCursor : struct;

/// <summary>The limits of lists.</summary>
public static class PageLimit
{
    public const int Default = 50;
    public const int Max = 200;
}

/// <summary>A position in a list ordered by time and, where times are equal, by id, both descending.</summary>
public readonly record struct TimeCursor(DateTimeOffset Time, Guid Id);
