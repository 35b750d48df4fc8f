using ChatApp.Domain.Errors;
using ChatApp.Domain.Search;
using ChatApp.Domain.Sessions;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Search;

/// <summary>The model of the search page.</summary>
/// <param name="Query">The query; empty before the first search.</param>
public sealed record SearchPage(string Query)
{
    /// <summary>Sessions whose titles contain the query; on the first page only.</summary>
    public IReadOnlyList<SessionListItem> Sessions { get; init; } = [];

    public IReadOnlyList<SearchHit> Hits { get; init; } = [];

    /// <summary>The cursor of the next page.</summary>
    public string? Next { get; init; }

    public bool IsFirst { get; init; } = true;

    /// <summary>Why the search failed.</summary>
    public string? Problem { get; init; }
}

/// <summary>The search page; <c>/search</c> is the API's.</summary>
[Authorize, Route("search-ui")]
public sealed class SearchController(SearchService search, SessionService sessions, CurrentUser user, CursorProtector cursors) : Controller
{
    private const int PageLength = 20;
    private const int MostSessions = 5;

    [HttpGet]
    public async Task<IActionResult> Show(SearchRequest request, string? cursor, CancellationToken ct)
    {
        var query = request.Query?.Trim() ?? "";
        try
        {
            return query.Length == 0 ? Page(new(""))
                : ModelState.IsValid ? Page(await FindAsync(query, cursor, ct))
                : Fail(query, ModelState[nameof(query)]!.Errors[0].ErrorMessage, StatusCodes.Status400BadRequest);
        }
        catch (ChatAppException e) when (e is InvalidException or UnavailableException)
        {
            return Fail(query, e.Message, ErrorHandling.StatusOf(e));
        }
    }

    private async Task<SearchPage> FindAsync(string query, string? cursor, CancellationToken ct)
    {
        var found = await search.SearchAsync(user.Id, query, PageLength, cursors.ReadSearch(cursor), ct);
        return new(query)
        {
            Sessions = cursor is null ? (await sessions.ListAsync(user.Id, new SessionFilter(TitleContains: query), MostSessions, after: null, ct)).Items : [],
            Hits = found.Items,
            Next = cursors.Protect(found.Next),
            IsFirst = cursor is null,
        };
    }

    private ViewResult Page(SearchPage page) => View("Search", page);

    private ViewResult Fail(string query, string problem, int status)
    {
        Response.StatusCode = status;
        return Page(new(query) { Problem = problem });
    }
}
