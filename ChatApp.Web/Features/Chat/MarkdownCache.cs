using ChatApp.Domain.Chat;
using ChatApp.Web.Features.Chat.Markdown;
using Microsoft.AspNetCore.Html;
using Microsoft.Extensions.Caching.Memory;

namespace ChatApp.Web.Features.Chat;

/// <summary>Caches the HTML of replies.</summary>
public sealed class MarkdownCache : IDisposable
{
    private const long MaxCharacters = 32 * 1024 * 1024;

    private readonly MemoryCache _html = new(new MemoryCacheOptions { SizeLimit = MaxCharacters });

    /// <summary>The reply's text as HTML. Generating replies are not cached.</summary>
    public IHtmlContent Render(ChatMessage message, string text)
    {
        if (message.Status == MessageStatus.Generating)
        {
            return new HtmlString(SafeMarkdown.ToHtml(text));
        }
        return _html.GetOrCreate((message.Id, message.UpdatedAt), entry =>
        {
            var html = SafeMarkdown.ToHtml(text);
            entry.Size = html.Length + 1;
            return new HtmlString(html);
        })!;
    }

    public void Dispose() => _html.Dispose();
}
