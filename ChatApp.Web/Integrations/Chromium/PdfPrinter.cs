using System.Diagnostics;
using ChatApp.Domain.Errors;
using Microsoft.Extensions.Options;

namespace ChatApp.Web.Integrations.Chromium;

/// <summary>
/// Has a Chromium on this machine print pages. It runs no scripts, reaches no network, knows none of the app's settings, sees only a folder of its own
/// that is removed afterwards, and is killed when it takes too long or nobody waits any more.
/// </summary>
public sealed partial class PdfPrinter(IOptions<ExportSettings> settings, ILogger<PdfPrinter> log) : IDisposable
{
    private static readonly string[] Places =
    [
        "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome-stable", "/usr/bin/google-chrome", "/snap/bin/chromium",
        "/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        @"C:\Program Files\Google\Chrome\Application\chrome.exe", @"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    ];

    private const string Preferences = """{"profile":{"default_content_setting_values":{"javascript":2}}}""";

    private readonly Lazy<string?> _program = new(() => settings.Value.Chromium is { Length: > 0 } named ? (File.Exists(named) ? named : null) : Places.FirstOrDefault(File.Exists));
    private readonly SemaphoreSlim _free = new(settings.Value.PdfConcurrency);

    /// <summary>Whether there is a Chromium.</summary>
    public bool IsAvailable => _program.Value is not null;

    /// <param name="writePage">Writes the page's HTML.</param>
    /// <param name="ct">Nobody waits any more.</param>
    /// <exception cref="UnavailableException">There is no Chromium, too many print at the same time, or it fails.</exception>
    public async Task<PrintedPdf> PrintAsync(Func<Stream, Task> writePage, CancellationToken ct)
    {
        var program = _program.Value ?? throw new UnavailableException(
            "PDF files are printed by a Chromium on the server, and there is none. Use the print view, or export as HTML and print that.")
        { RetryAfter = TimeSpan.FromHours(1) };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(settings.Value.PdfTimeout);
        var folder = new PrintedPdf();
        try
        {
            await _free.WaitAsync(limit.Token);
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
                _free.Release();
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

    public void Dispose() => _free.Dispose();

    // Switches that turn scripts off would turn off the printing too, which is a script of Chromium's own.
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
            start.Environment.Clear(); // keys of model servers among them
            start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
            start.Environment["HOME"] = start.Environment["TMPDIR"] = start.Environment["XDG_RUNTIME_DIR"] = folder.Path;
            start.Environment["LANG"] = "C.UTF-8";
        }
        using var process = Process.Start(start) ?? throw new UnavailableException("The server's Chromium does not start.");
        try
        {
            // What it says may quote the page, so nobody is told; unread, it would block.
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
            throw new UnavailableException("The server's Chromium could not print this. Use the print view, or export as HTML and print that.");
        }
    }

    private static List<string> Arguments(PrintedPdf folder) =>
    [
        "--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-extensions", "--disable-sync", "--disable-breakpad",
        "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--disable-remote-fonts",
        "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9", "--proxy-bypass-list=<-loopback>", // port 9 discards
        $"--user-data-dir={folder.ProfilePath}", "--no-pdf-header-footer", $"--print-to-pdf={folder.PdfPath}",
        .. Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows() ? ["--no-sandbox"] : Array.Empty<string>(), // root has no sandbox in Chromium
        new Uri(folder.PagePath).AbsoluteUri,
    ];

    [LoggerMessage(Level = LogLevel.Error, Message = "Chromium ended with {ExitCode} instead of a PDF. Run it by hand with --headless --print-to-pdf to see why")]
    private partial void LogFailed(int exitCode);
}
