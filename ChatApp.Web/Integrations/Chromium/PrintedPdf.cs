namespace ChatApp.Web.Integrations.Chromium;

/// <summary>A temporary folder with a page and its PDF. Disposing deletes it.</summary>
public sealed class PrintedPdf : IAsyncDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("chatapp-pdf-").FullName; // accessible to this user only

    public string PagePath => System.IO.Path.Combine(Path, "page.html");

    public string ProfilePath => System.IO.Path.Combine(Path, "profile");

    public string PdfPath => System.IO.Path.Combine(Path, "page.pdf");

    public async Task CopyToAsync(Stream body, CancellationToken ct)
    {
        await using var pdf = File.OpenRead(PdfPath);
        await pdf.CopyToAsync(body, ct);
    }

    public async ValueTask DisposeAsync()
    {
        for (var tries = 1; Directory.Exists(Path); tries++)
        {
            try
            {
                Directory.Delete(Path, recursive: true);
            }
            catch (IOException) when (tries < 20)
            {
                await Task.Delay(50); // a killed child process of Chromium has just written a file
            }
        }
    }
}
