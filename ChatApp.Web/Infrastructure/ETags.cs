using System.Globalization;
using ChatApp.Domain.Sessions;
using Microsoft.Net.Http.Headers;

namespace ChatApp.Web.Infrastructure;

/// <summary>A session's version as an entity tag.</summary>
public static class ETags
{
    extension(HttpResponse response)
    {
        public void SetETag(ChatSession session) => response.Headers.ETag = $"\"{session.Version.ToString(CultureInfo.InvariantCulture)}\"";
    }

    extension(HttpRequest request)
    {
        /// <summary>The versions in <c>If-Match</c>; null without the header or for <c>*</c>. Unknown tags match nothing.</summary>
        public IReadOnlyList<uint>? IfMatch()
        {
            var tags = request.GetTypedHeaders().IfMatch;
            return request.Headers.IfMatch.Count == 0 || tags.Contains(EntityTagHeaderValue.Any) ? null
                : [.. tags.Where(t => !t.IsWeak).Select(t => uint.TryParse(t.Tag.AsSpan().Trim('"'), CultureInfo.InvariantCulture, out var version) ? version : 0)];
        }
    }
}
