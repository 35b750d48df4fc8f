using ChatApp.Domain.Sessions;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Export;

/// <summary>The export formats of a session.</summary>
public sealed record ExportPage(ChatSession Session, bool HasPdf);

/// <summary>The choice of a format; scripts show it in a dialog.</summary>
[Authorize, Route("sessions/{key}/export")]
public sealed class ExportController(SessionService sessions, PdfExport pdf, CurrentUser user) : Controller
{
    [HttpGet]
    public async Task<IActionResult> Choose(SessionKey key, CancellationToken ct) => View("Export", new ExportPage(await sessions.FindAsync(user.Id, key, ct), pdf.IsAvailable));
}
