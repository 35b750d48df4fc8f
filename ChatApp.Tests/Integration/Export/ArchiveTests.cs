using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration.Export;

/// <summary><c>GET /export</c>: all sessions in an archive.</summary>
internal sealed class ArchiveTests : ChatFixture
{
    private TestUser _user = null!;

    [SetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [Test]
    public async Task All_Sessions_AreInOneArchive()
    {
        await App.StoreAsync(_user, "Trip/plan", "Hello", "Hi");
        await App.StoreAsync(_user, "trip:plan", "Second");
        await App.StoreAsync(_user, "trip plan (2)", "Third");
        await App.StoreAsync(_user, "../../up", "Fourth");
        var (deleted, _) = await App.StoreAsync(_user, "Deleted", "Gone");
        await _user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{deleted.Id}");
        await App.StoreAsync(await App.RegisterAsync(), "Foreign", "Not mine");

        using var response = await _user.Client.GetAsync("/export");
        using var zip = new ZipArchive(await response.Content.ReadAsStreamAsync());

        var names = zip.Entries.Select(e => e.FullName).ToList();
        Assert.That(names.Where(n => n.EndsWith(".json", StringComparison.Ordinal)), Is.EqualTo(new[] { "Trip plan.json", "trip plan (2).json", "trip plan (2) (2).json", "up.json" }));
        Assert.That(names.Where(n => n.EndsWith(".md", StringComparison.Ordinal)).Select(Path.GetFileNameWithoutExtension), Is.EqualTo(names.Where(n => n.EndsWith(".json", StringComparison.Ordinal)).Select(Path.GetFileNameWithoutExtension)));
        Assert.That(Read(zip, "Trip plan.md"), Does.Contain("**Assistant**: Hi"));
        Assert.That(JsonElement.Parse(Read(zip, "trip plan (2).json")).Items("chat_history")[0].Text("content"), Is.EqualTo("Second"));
        Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/zip"));
        Assert.That(response.Content.Headers.ContentDisposition!.FileName!.Trim('"'), Is.EqualTo("sessions.zip"));
    }

    [Test]
    public async Task All_NoSessions_IsAnEmptyArchive()
    {
        using var zip = new ZipArchive(await _user.Client.GetStreamAsync("/export"));

        Assert.That(zip.Entries, Is.Empty);
    }

    [Test]
    public async Task All_ManySessions_AreAllIncluded()
    {
        for (var i = 0; i < 120; i++)
        {
            await App.StoreAsync(_user, "Same", $"Message {i}");
        }
        using var zip = new ZipArchive(await _user.Client.GetStreamAsync("/export"));

        Assert.That(zip.Entries.Select(e => e.FullName).Distinct(StringComparer.OrdinalIgnoreCase).ToList(), Has.Count.EqualTo(240));
    }

    [Test]
    public async Task All_SlowReader_IsNotReadAheadOf()
    {
        const int Sessions = 40;
        for (var i = 0; i < Sessions; i++)
        {
            await App.StoreAsync(_user, $"Noise {i}", Noise(), Noise());
        }
        using var commands = new SqlCommands();
        using var request = commands.Get("/export");
        using var response = await _user.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var beginning = new byte[1000];
        await body.ReadExactlyAsync(beginning);
        var before = commands.Texts.Count;
        using var whole = new MemoryStream();
        await whole.WriteAsync(beginning);
        await body.CopyToAsync(whole);

        Assert.That(commands.Texts, Has.Count.GreaterThan(2 * Sessions), "each session is read for each of its files");
        Assert.That(before, Is.LessThan(Sessions), "the start is sent before the end is read");
        using var zip = new ZipArchive(whole);
        Assert.That(zip.Entries, Has.Count.EqualTo(2 * Sessions));
    }

    [Test]
    public async Task All_DatabaseFailsMidway_IsAnIncompleteArchive()
    {
        for (var i = 0; i < 40; i++)
        {
            await App.StoreAsync(_user, $"Noise {i}", Noise(), Noise());
        }
        using var response = await _user.Client.GetAsync("/export", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[1000]);
        await App.WithDb(async db => await db.Database.ExecuteSqlRawAsync("ALTER TABLE messages RENAME COLUMN content TO hidden"));
        try
        {
            Assert.That(async () => await body.CopyToAsync(Stream.Null), Throws.InstanceOf<IOException>());
        }
        finally
        {
            await App.WithDb(async db => await db.Database.ExecuteSqlRawAsync("ALTER TABLE messages RENAME COLUMN hidden TO content"));
        }
    }

    // Text that only compresses to half of its size.
    private static string Noise() => RandomNumberGenerator.GetString("0123456789", 200_000);

    private static string Read(ZipArchive zip, string name)
    {
        using var reader = new StreamReader(zip.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }
}
