using System.Net;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Search;
using ChatApp.Web.Features.Chat;

namespace ChatApp.Web.Features.Search;

/// <summary>A message that was found.</summary>
/// <param name="SessionId">Its session.</param>
/// <param name="SessionTitle">Its session's title.</param>
/// <param name="MessageId">The message.</param>
/// <param name="Role">Who wrote it.</param>
/// <param name="Snippet">The best passage as HTML: everything is escaped, matches are in <c>mark</c> elements.</param>
/// <param name="Rank">How well it matches; comparable only within one search.</param>
/// <param name="Timestamp">When it was written.</param>
public sealed record SearchHitResponse(Guid SessionId, string SessionTitle, Guid MessageId, MessageRole Role, string Snippet, double Rank, DateTimeOffset Timestamp);

/// <summary>A page of results, best first.</summary>
public sealed record SearchResponse(IReadOnlyList<SearchHitResponse> Results, string? NextCursor)
{
    public int Count => Results.Count;
}

/// <summary>The results in one session, oldest first; with a cursor if there are more than a thousand.</summary>
public sealed record SessionSearchResponse(IReadOnlyList<MessageResponse> Results, string? NextCursor)
{
    public int Count => Results.Count;
}

internal static class SearchMapping
{
    extension(SearchHit hit)
    {
        public SearchHitResponse ToResponse() =>
            new(hit.SessionId, hit.SessionTitle, hit.MessageId, hit.Role, string.Concat(hit.Snippet.Select(ToHtml)), hit.Rank, hit.CreatedAt);
    }

    private static string ToHtml(SnippetPart part) => part.IsMatch ? $"<mark>{WebUtility.HtmlEncode(part.Text)}</mark>" : WebUtility.HtmlEncode(part.Text);
}
