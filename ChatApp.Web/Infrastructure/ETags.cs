using System.Globalization;
using ChatApp.Domain.Errors;
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
        /// <summary>The version that <c>If-Match</c> asks for; null without one or for <c>*</c>.</summary>
        /// <exception cref="StaleException">It is no tag of ours, so it cannot be the present one.</exception>
        public uint? IfMatch()
        {
            var tags = request.GetTypedHeaders().IfMatch;
            return request.Headers.IfMatch.Count == 0 || tags is [var any] && any.Equals(EntityTagHeaderValue.Any) ? null
                : tags is [{ IsWeak: false } tag] && uint.TryParse(tag.Tag.AsSpan().Trim('"'), CultureInfo.InvariantCulture, out var version) ? version
                : throw new StaleException();
        }
    }
}
