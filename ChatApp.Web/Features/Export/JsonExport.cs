using System.Text.Json;
using ChatApp.Domain.Export;
using ChatApp.Web.Features.Chat;
using ChatApp.Web.Features.Sessions;

namespace ChatApp.Web.Features.Export;

/// <summary>The full data of a session.</summary>
/// <param name="Session">The session.</param>
/// <param name="ChatHistory">Its messages, oldest first.</param>
/// <param name="Documents">Its uploaded documents.</param>
/// <param name="ExportedAt">The time of the export.</param>
public sealed record SessionExportResponse(
    SessionResponse Session, IAsyncEnumerable<MessageResponse> ChatHistory, IReadOnlyList<JsonElement> Documents, DateTimeOffset ExportedAt);

/// <summary>The full data of a session, in the format of the API.</summary>
internal sealed class JsonExport : ExportFormat
{
    private static readonly JsonSerializerOptions Options = new(Infrastructure.Json.Options) { WriteIndented = true };

    public override string ContentType => "application/json";

    public override string Extension => "json";

    public override Task WriteAsync(Stream body, SessionExport export, CancellationToken ct) => JsonSerializer.SerializeAsync(
        body, new SessionExportResponse(export.Session.ToResponse(), export.Messages.Select(m => m.ToResponse()), [], export.ExportedAt), Options, ct);
}
