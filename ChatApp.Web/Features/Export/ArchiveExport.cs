using System.IO.Compression;
using ChatApp.Domain.Export;

namespace ChatApp.Web.Features.Export;

/// <summary>Writes many sessions into one ZIP, each as JSON and as Markdown.</summary>
public static class ArchiveExport
{
    private static readonly ExportFormat[] Formats = [ExportFormat.Json, ExportFormat.Markdown];

    /// <summary>Writes the archive.</summary>
    /// <param name="body">The response.</param>
    /// <param name="exports">The sessions.</param>
    /// <param name="ct">Ends the export.</param>
    /// <param name="account">Writes the file <c>account.json</c>; null for none.</param>
    public static async Task WriteAsync(Stream body, IAsyncEnumerable<SessionExport> exports, CancellationToken ct, Func<Stream, CancellationToken, Task>? account = null)
    {
        var taken = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase); // as Windows and macOS compare them
        await using var zip = await ZipArchive.CreateAsync(body, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, ct);
        if (account is not null)
        {
            await using var file = await zip.CreateEntry(Free("account", taken) + ".json").OpenAsync(ct);
            await account(file, ct);
        }
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
