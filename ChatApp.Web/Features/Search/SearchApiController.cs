using ChatApp.Domain.Search;
using ChatApp.Domain.Sessions;
using ChatApp.Web.Features.Chat;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Search;

/// <summary>Finds the caller's messages.</summary>
[ApiController, Authorize, Route("search")]
public sealed class SearchApiController(SearchService search, CurrentUser user, CursorProtector cursors) : ControllerBase
{
    /// <summary>Searches all of the caller's sessions, best matches first: words, "phrases", -exclusions and prefixes*; if no whole words match, parts of words.</summary>
    [HttpGet]
    [ProducesResponseType<SearchResponse>(200), ProducesResponseType<ProblemDetails>(400), ProducesResponseType<ProblemDetails>(503)]
    public async Task<SearchResponse> Search([FromQuery] SearchRequest request, [FromQuery] PageQuery page, CancellationToken ct)
    {
        var found = await search.SearchAsync(user.Id, request.Query!, page.Limit, cursors.ReadSearch(page.Cursor), ct);
        return new([.. found.Items.Select(h => h.ToResponse())], cursors.Protect(found.Next));
    }

    /// <summary>Searches one session for messages that contain the text, ignoring case, oldest first.</summary>
    [HttpGet("{key}")]
    [ProducesResponseType<SessionSearchResponse>(200), ProducesResponseType<ProblemDetails>(400), ProducesResponseType<ProblemDetails>(404)]
    public async Task<SessionSearchResponse> InSession(SessionKey key, [FromQuery] SearchRequest request, string? cursor, CancellationToken ct)
    {
        var found = await search.InSessionAsync(user.Id, key, request.Query!, cursors.ReadNumber(cursor) ?? 0, ct);
        return new([.. found.Items.Select(m => m.ToResponse())], cursors.Protect(found.Next));
    }
}
