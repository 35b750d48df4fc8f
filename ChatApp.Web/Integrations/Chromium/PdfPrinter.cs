using System.Diagnostics;
using ChatApp.Domain.Errors;
using Microsoft.Extensions.Options;

namespace ChatApp.Web.Integrations.Chromium;

/// <summary>
/// Prints pages as PDF with a Chromium on this machine. It runs no scripts, has no network and none of the app's environment, works in its own temporary
/// folder, and is killed when it takes too long or the request is cancelled.
/// </summary>
public sealed partial class PdfPrinter(IOptions<ExportSettings> settings, ILogger<PdfPrinter> log) : IDisposable
{
    private static readonly string[] Locations =
    [
        "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome-stable", "/usr/bin/google-chrome", "/snap/bin/chromium",
        "/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        @"C:\Program Files\Google\Chrome\Application\chrome.exe", @"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    ];

    private const string Preferences = """{"profile":{"default_content_setting_values":{"javascript":2}}}""";

    private readonly Lazy<string?> _program = new(() => settings.Value.Chromium is { Length: > 0 } named ? (File.Exists(named) ? named : null) : Locations.FirstOrDefault(File.Exists));
    private readonly SemaphoreSlim _slots = new(settings.Value.PdfConcurrency);

    /// <summary>Whether there is a Chromium.</summary>
    public bool IsAvailable => _program.Value is not null;

    /// <param name="writePage">Writes the page's HTML.</param>
    /// <param name="ct">Cancels printing.</param>
    /// <exception cref="UnavailableException">There is no Chromium, it fails, or printing takes too long.</exception>
    public async Task<PrintedPdf> PrintAsync(Func<Stream, Task> writePage, CancellationToken ct)
    {
        var program = _program.Value ?? throw new UnavailableException(
            "PDF export needs Chromium on the server. Use the print view, or export as HTML and print that.")
        { RetryAfter = TimeSpan.FromHours(1) };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(settings.Value.PdfTimeout);
        var folder = new PrintedPdf();
        try
        {
            await _slots.WaitAsync(limit.Token);
            try
            {
                await using (var page = File.Create(folder.PagePath))
                {
                    await writePage(page);
                }
                await WriteProfileAsync(folder, limit.Token);
                await RunAsync(program, folder, limit.Token);
            }
            finally
            {
                _slots.Release();
            }
            return folder;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            await folder.DisposeAsync();
            throw new UnavailableException("Printing took too long. Use the print view, or try again later.");
        }
        catch
        {
            await folder.DisposeAsync();
            throw;
        }
    }

    public void Dispose() => _slots.Dispose();

    // A preference, because switches that disable scripts would also disable printing, which is a script of Chromium's own.
    private static Task WriteProfileAsync(PrintedPdf folder, CancellationToken ct)
    {
        var profile = Directory.CreateDirectory(Path.Combine(folder.ProfilePath, "Default"));
        return File.WriteAllTextAsync(Path.Combine(profile.FullName, "Preferences"), Preferences, ct);
    }

    private async Task RunAsync(string program, PrintedPdf folder, CancellationToken ct)
    {
        var start = new ProcessStartInfo(program, Arguments(folder)) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = folder.Path };
        if (!OperatingSystem.IsWindows())
        {
            start.Environment.Clear(); // it contains keys
            start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
            start.Environment["HOME"] = start.Environment["TMPDIR"] = start.Environment["XDG_RUNTIME_DIR"] = folder.Path;
            start.Environment["LANG"] = "C.UTF-8";
        }
        using var process = Process.Start(start) ?? throw new UnavailableException("Chromium could not be started on the server. Use the print view, or export as HTML and print that.");
        try
        {
            // The output may quote the page and is discarded, but must be read, or Chromium would block.
            await Task.WhenAll(process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, ct), process.StandardError.BaseStream.CopyToAsync(Stream.Null, ct), process.WaitForExitAsync(ct));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        if (process.ExitCode != 0 || !File.Exists(folder.PdfPath))
        {
            LogFailed(process.ExitCode);
            throw new UnavailableException("The PDF could not be created. Use the print view, or export as HTML and print that.");
        }
    }

    private static List<string> Arguments(PrintedPdf folder) =>
    [
        "--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-extensions", "--disable-sync", "--disable-breakpad",
        "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--disable-remote-fonts",
        "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9", "--proxy-bypass-list=<-loopback>", // port 9 is the discard service
        $"--user-data-dir={folder.ProfilePath}", "--no-pdf-header-footer", $"--print-to-pdf={folder.PdfPath}",
        .. Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows() ? ["--no-sandbox"] : Array.Empty<string>(), // Chromium has no sandbox for root
        new Uri(folder.PagePath).AbsoluteUri,
    ];

    [LoggerMessage(Level = LogLevel.Error, Message = "Chromium created no PDF and ended with exit code {ExitCode}. Run it with --headless --print-to-pdf to see why")]
    private partial void LogFailed(int exitCode);
}
