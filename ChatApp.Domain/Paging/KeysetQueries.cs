using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Paging;

/// <summary>Keyset paging. One item more than the limit is read, to see whether there is a next page.</summary>
public static class KeysetQueries
{
    /// <summary>Takes a page of <paramref name="limit"/> items of an ordered query that already starts after the cursor.</summary>
    public static async Task<Page<T, TCursor>> ToPageAsync<T, TCursor>(
        this IQueryable<T> ordered, int limit, Func<T, TCursor> cursor, CancellationToken ct)
        where TCursor : struct
    {
        var items = await ordered.Take(limit + 1).ToListAsync(ct);
        if (items.Count <= limit)
        {
            return new(items, null);
        }
        items.RemoveAt(limit);
        return new(items, cursor(items[^1]));
    }
}
