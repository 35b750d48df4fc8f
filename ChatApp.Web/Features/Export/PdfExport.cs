using ChatApp.Domain.Errors;
using ChatApp.Domain.Export;
using ChatApp.Web.Integrations.Chromium;

namespace ChatApp.Web.Features.Export;

/// <summary>Prints sessions to PDF.</summary>
public sealed class PdfExport(HtmlExport html, PdfPrinter printer)
{
    /// <summary>Whether this server can print.</summary>
    public bool IsAvailable => printer.IsAvailable;

    /// <exception cref="UnavailableException">There is no Chromium, or it is busy or fails.</exception>
    public Task<PrintedPdf> PrintAsync(SessionExport export, CancellationToken ct) =>
        printer.PrintAsync(file => html.WriteAsync(file, export, ct), ct);
}
