using System.IO.Compression;
using ChatApp.Domain.Export;

namespace ChatApp.Web.Features.Export;

/// <summary>Writes many sessions into one ZIP, each as JSON and as Markdown.</summary>
public static class ArchiveExport
{
    private static readonly ExportFormat[] Formats = [ExportFormat.Json, ExportFormat.Markdown];

    public static async Task WriteAsync(Stream body, IAsyncEnumerable<SessionExport> exports, CancellationToken ct)
    {
        var taken = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase); // as Windows and macOS compare them
        await using var zip = await ZipArchive.CreateAsync(body, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, ct);
        await foreach (var export in exports.WithCancellation(ct))
        {
            var name = Free(FileNames.Of(export.Session.Title), taken);
            foreach (var format in Formats)
            {
                var entry = zip.CreateEntry($"{name}.{format.Extension}");
                entry.LastWriteTime = export.Session.LastActivityAt;
                await using var file = await entry.OpenAsync(ct);
                await format.WriteAsync(file, export, ct);
            }
        }
    }

    private static string Free(string name, Dictionary<string, int> taken)
    {
        var free = name;
        while (!taken.TryAdd(free, 1))
        {
            free = $"{name} ({++taken[name]})";
        }
        return free;
    }
}
