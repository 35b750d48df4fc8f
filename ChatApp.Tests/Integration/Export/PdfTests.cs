using System.Net;
using System.Text;
using ChatApp.Tests.Support;
using ChatApp.Web.Integrations.Chromium;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ChatApp.Tests.Integration.Export;

/// <summary><c>GET /export/{key}/pdf</c> with a real Chromium.</summary>
internal sealed class PdfTests : ChatFixture
{
    private static readonly string Chromium = Environment.GetEnvironmentVariable("CHROMIUM") is { Length: > 0 } path ? path : "/usr/bin/chromium";

    protected override Dictionary<string, string> Settings => new() { ["Export:Chromium"] = Chromium };

    [Test]
    public async Task Pdf_Session_IsPrintedAndLeavesNothingBehind()
    {
        var user = await App.RegisterAsync();
        var (session, _) = await App.StoreAsync(user, "Größe", "Hello", "Hi **there**, 東京\n\n```\ncode\n```");

        using var response = await user.Client.GetAsync($"/export/{session.Id}/pdf");
        var pdf = await response.Content.ReadAsByteArrayAsync();

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), Encoding.UTF8.GetString(pdf));
        Assert.That(Encoding.ASCII.GetString(pdf, 0, 5), Is.EqualTo("%PDF-"));
        Assert.That(response.Content.Headers.ContentDisposition!.FileName!.Trim('"'), Is.EqualTo("session.pdf"));
        Assert.That(response.Content.Headers.ContentDisposition.FileNameStar, Is.EqualTo("Größe.pdf"));
        await Eventually.TrueAsync(() => Task.FromResult(Folders().Count == 0), "the folder is deleted");
    }

    [Test]
    public async Task Pdf_UnknownSession_Is404()
    {
        var user = await App.RegisterAsync();

        await user.Client.ProblemAsync(HttpMethod.Get, "/export/unknown/pdf", null, HttpStatusCode.NotFound);
    }

    private static List<string> Folders() => [.. Directory.GetDirectories(Path.GetTempPath(), "chatapp-pdf-*").Where(IsOurs)];

    // Other test runs on this machine print too.
    private static bool IsOurs(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "page.html")).Contains("Größe", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}

/// <summary>PDF export where Chromium is missing or misbehaves.</summary>
internal sealed class PdfFailureTests
{
    [Test]
    public async Task Pdf_NoChromium_Is503ThatSaysSo()
    {
        await using var app = await TestApp.StartAsync(new() { ["Export:Chromium"] = "/nowhere/chromium" });
        var user = await app.RegisterAsync();
        var (session, _) = await app.StoreAsync(user, "None", "Hello");

        var problem = await user.Client.ProblemAsync(HttpMethod.Get, $"/export/{session.Id}/pdf", null, HttpStatusCode.ServiceUnavailable);
        var page = await user.Client.GetStringAsync($"/sessions/{session.Id}/export");

        Assert.That(problem.Text("detail"), Does.Contain("Chromium").And.Contain("print view"));
        Assert.That(page, Does.Not.Contain("/pdf").And.Contain("/html").And.Contain("/print"));
    }

    [TestCase("exit 1", "could not be created")]
    [TestCase("exit 0", "could not be created")]
    [TestCase("env | tr '\\n' ' ' >&2; yes | head -c 1000000; exit 1", "could not be created")]
    [TestCase("sleep 600 & echo $! > \"$HOME/../chatapp-hanging-child\"; wait", "too long")]
    public async Task Pdf_ChromiumFails_Is503AndLeavesNothingRunning(string script, string expected)
    {
        var folder = Directory.CreateTempSubdirectory("chatapp-tests-pdf-");
        var program = Path.Combine(folder.FullName, "chromium");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\n{script.Replace("$HOME/..", folder.FullName, StringComparison.Ordinal)}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            await using var app = await TestApp.StartAsync(new() { ["Export:Chromium"] = program, ["Export:PdfTimeout"] = "00:00:02" });
            var user = await app.RegisterAsync();
            var (session, _) = await app.StoreAsync(user, "Failing", "Hello");

            var problem = await user.Client.ProblemAsync(HttpMethod.Get, $"/export/{session.Id}/pdf", null, HttpStatusCode.ServiceUnavailable);

            Assert.That(problem.Text("detail"), Does.Contain(expected));
            if (Path.Combine(folder.FullName, "chatapp-hanging-child") is var file && File.Exists(file))
            {
                var child = (await File.ReadAllTextAsync(file)).Trim();
                await Eventually.TrueAsync(() => Task.FromResult(!File.Exists($"/proc/{child}/stat") || File.ReadAllText($"/proc/{child}/stat").Contains(") Z")), "the child is dead");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

/// <summary>The printer itself, with pages that no export contains.</summary>
internal sealed class PdfPrinterTests
{
    [Test]
    public async Task Print_PageWithOutsideReferences_RunsNoScriptAndConnectsNowhere()
    {
        var asked = 0;
        await using var server = await StartAsync(() => Interlocked.Increment(ref asked));
        using var printer = new PdfPrinter(Options.Create(new ExportSettings()), NullLogger<PdfPrinter>.Instance);
        var address = server.Urls.First();

        await using var pdf = await printer.PrintAsync(async page => await page.WriteAsync(Encoding.UTF8.GetBytes($"""
            <img src="{address}/image"><iframe src="{address}/frame"></iframe><link rel="stylesheet" href="{address}/style"><img src="{address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)}/image">
            <script>document.body.append("long ".repeat(100000)); fetch("{address}/script")</script>
            """)), CancellationToken.None);

        Assert.That(asked, Is.Zero);
        Assert.That(new FileInfo(pdf.PdfPath).Length, Is.LessThan(50_000), "the script would have made it longer");
    }

    private static async Task<WebApplication> StartAsync(Action asked)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(_ =>
        {
            asked();
            return Task.CompletedTask;
        });
        await app.StartAsync();
        return app;
    }
}
