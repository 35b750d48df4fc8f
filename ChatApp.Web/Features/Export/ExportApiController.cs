using ChatApp.Data.Accounts;
using ChatApp.Domain.Export;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace ChatApp.Web.Features.Export;

/// <summary>The caller's sessions as files.</summary>
[ApiController, Authorize, ApiScope(ApiScope.Export), EnableRateLimiting(ExportSetup.Queue), Route("export")]
public sealed class ExportApiController(ExportService exports, HtmlExport html, PdfExport pdf, CurrentUser user, TimeProvider clock) : ControllerBase
{
    /// <summary>All sessions in one ZIP, each as JSON and as Markdown.</summary>
    [HttpGet]
    [ProducesResponseType<byte[]>(200, "application/zip")]
    public DownloadResult All() => new("application/zip", "sessions.zip", $"ChatApp {clock.Now():yyyy-MM-dd}",
        (body, ct) => ArchiveExport.WriteAsync(body, exports.AllAsync(user.Id, ct), ct));

    /// <summary>The full data of a session.</summary>
    [HttpGet("{key}/json")]
    [ProducesResponseType<SessionExportResponse>(200, "application/json"), ProducesResponseType<ProblemDetails>(404)]
    public Task<DownloadResult> Json(SessionKey key, CancellationToken ct) => AsAsync(ExportFormat.Json, key, ct);

    /// <summary>The original text of the messages, under the title.</summary>
    [HttpGet("{key}/markdown")]
    [ProducesResponseType<string>(200, "text/markdown"), ProducesResponseType<ProblemDetails>(404)]
    public Task<DownloadResult> Markdown(SessionKey key, CancellationToken ct) => AsAsync(ExportFormat.Markdown, key, ct);

    /// <summary>Plain text with message times.</summary>
    [HttpGet("{key}/txt")]
    [ProducesResponseType<string>(200, "text/plain"), ProducesResponseType<ProblemDetails>(404)]
    public Task<DownloadResult> Text(SessionKey key, CancellationToken ct) => AsAsync(ExportFormat.Text, key, ct);

    /// <summary>One self-contained page.</summary>
    [HttpGet("{key}/html")]
    [ProducesResponseType<string>(200, "text/html"), ProducesResponseType<ProblemDetails>(404)]
    public Task<DownloadResult> Html(SessionKey key, CancellationToken ct) => AsAsync(html, key, ct);

    /// <summary>Printed by a Chromium on the server; 503 where there is none.</summary>
    [HttpGet("{key}/pdf")]
    [ProducesResponseType<byte[]>(200, "application/pdf"), ProducesResponseType<ProblemDetails>(404), ProducesResponseType<ProblemDetails>(503)]
    public async Task<DownloadResult> Pdf(SessionKey key, CancellationToken ct)
    {
        var export = await exports.SessionAsync(user.Id, key, ct);
        var file = await pdf.PrintAsync(export, ct);
        Response.RegisterForDisposeAsync(file);
        return new("application/pdf", "session.pdf", export.Session.Title, file.CopyToAsync);
    }

    private async Task<DownloadResult> AsAsync(ExportFormat format, SessionKey key, CancellationToken ct)
    {
        var export = await exports.SessionAsync(user.Id, key, ct);
        return new(format.ContentType, $"session.{format.Extension}", export.Session.Title, (body, stop) => format.WriteAsync(body, export, stop));
    }
}
