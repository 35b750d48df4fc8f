using ChatApp.Domain.Export;
using ChatApp.Domain.Personas;
using ChatApp.Domain.Sessions;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace ChatApp.Web.Features.Export;

/// <summary>A whole session as a page to print in the browser, also where the server cannot print PDFs.</summary>
[Authorize, EnableRateLimiting(ExportSetup.Queue), Route("chat-ui/{key}/print")]
public sealed class PrintController(ExportService exports, ExportRenderer renderer, PersonaCatalog personas, CurrentUser user) : Controller
{
    private static readonly string Head = $"""
        <script src="/js/theme.js"></script>
        {string.Concat(HtmlExport.Styles.Append("controls").Select(name => $"<link rel=\"stylesheet\" href=\"/css/{name}.css\">\n"))}<script type="module" src="/js/print.js"></script>
        """;

    [HttpGet]
    public async Task<IActionResult> Show(SessionKey key, CancellationToken ct)
    {
        var export = await exports.SessionAsync(user.Id, key, ct);
        return new StreamResult("text/html; charset=utf-8", async (body, stop) =>
        {
            await using var text = new StreamWriter(body, leaveOpen: true);
            await HtmlTranscript.WriteAsync(text, export, renderer, personas.Get(export.Session.Persona).Name, Head, Top(export.Session.Id), stop);
        });
    }

    private static string Top(Guid session) => $"""
        <nav class="transcript-bar"><a class="button" href="{Links.Session(session)}">Back</a> <button type="button" class="button primary js-only" data-print>Print</button></nav>
        """;
}
