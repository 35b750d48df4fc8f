using ChatApp.Web.Features.Chat.Markdown;
using ChatApp.Web.Integrations.Chromium;
using Microsoft.Extensions.Options;

namespace ChatApp.Web.Features.Export;

/// <summary>Renders the messages of exports, of which a session has thousands: only a few at once for all users, so that processors remain for other requests.</summary>
public sealed class ExportRenderer(IOptions<ExportSettings> settings) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(settings.Value.Renderings);

    /// <summary>A reply's text as HTML. A slot is held for one message only, and not while a client receives it.</summary>
    public async Task<string> ToHtmlAsync(string markdown, CancellationToken ct)
    {
        await _slots.WaitAsync(ct);
        try
        {
            return SafeMarkdown.ToHtml(markdown);
        }
        finally
        {
            _slots.Release();
        }
    }

    public void Dispose() => _slots.Dispose();
}
