using System.IO.Compression;
using System.Net;
using System.Text.Json;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration.Accounts;

/// <summary>Everything that is stored about a user, in one archive.</summary>
internal sealed class AccountDownloadTests : ChatFixture
{
    [Test]
    public async Task Download_Account_HasAllSessionsAndTheAccountWithoutSecrets()
    {
        var (user, other) = (await App.RegisterAsync("downloader"), await App.RegisterAsync("somebody"));
        await App.StoreAsync(other, "Foreign", "Not mine");
        await App.StoreAsync(user, "account", "A title like the other file's");
        var (open, messages) = await App.StoreAsync(user, "Open", "Hello", "Hi", "Deleted question", "Reply");
        var (trashed, _) = await App.StoreAsync(user, "Trashed", "Thrown away");
        var (archived, _) = await App.StoreAsync(user, "Archived", "Put aside");
        await user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{open.Id}/messages/{messages[2].Id}");
        await user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{trashed.Id}");
        await user.Client.SendJsonAsync(HttpMethod.Put, $"/chat/sessions/{archived.Id}", new { archived = true });
        await CreateSessionAsync(user, "Used", "something that costs");
        var secret = (await user.Client.SendJsonAsync(HttpMethod.Post, "/users/me/api-keys", new { name = "backup", scopes = new[] { "read" } }, HttpStatusCode.Created)).Text("secret");

        using var response = await user.Client.GetAsync("/users/me/download");
        using var zip = new ZipArchive(await response.Content.ReadAsStreamAsync());

        Assert.That(zip.Entries.Select(e => e.FullName).Where(n => n.EndsWith(".json", StringComparison.Ordinal)),
            Is.EquivalentTo(new[] { "account.json", "account (2).json", "Open.json", "Trashed.json", "Archived.json", "Used.json" }));
        Assert.That(Read(zip, "Trashed.json"), Does.Contain("Thrown away"));
        Assert.That(Read(zip, "Open.json"), Does.Contain("Deleted question"));
        Assert.That(Read(zip, "Open.md"), Does.Contain("Hello").And.Not.Contain("Deleted question"));
        var account = JsonElement.Parse(Read(zip, "account.json"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(account.GetProperty("account").Text("email"), Is.EqualTo("downloader@example.com"));
            Assert.That(account.Items("api_keys")[0].Text("name"), Is.EqualTo("backup"));
            Assert.That(account.Items("sign_ins"), Has.Count.EqualTo(1));
            Assert.That(account.GetProperty("usage").Number("total_tokens"), Is.Positive);
            Assert.That(account.Items("security_events").Select(e => e.Text("kind")), Does.Contain("account_created").And.Contain("account_exported"));
        }
        var all = string.Concat(zip.Entries.Select(e => Read(zip, e.FullName)));
        Assert.That(all, Does.Not.Contain(secret).And.Not.Contain(user.AccessToken).And.Not.Contain("Not mine"));
    }

    [Test]
    public async Task Download_ManySecurityEvents_AreAllIncluded()
    {
        var user = await App.RegisterAsync();
        await App.WithDb(db => db.Database.ExecuteSqlAsync($"""
            INSERT INTO security_events (id, created_at, kind, result, actor_id, subject_id) SELECT gen_random_uuid(), now() - n * interval '1 second', 'sign_in', 'failed', NULL, {user.Id} FROM generate_series(1, 450) n
            """));

        using var zip = new ZipArchive(await user.Client.GetStreamAsync("/users/me/download"));

        Assert.That(JsonElement.Parse(Read(zip, "account.json")).Items("security_events").Count(e => e.Text("result") == "failed"), Is.EqualTo(450));
    }

    [Test]
    public async Task Download_ByAnApiKey_Is403()
    {
        var user = await App.RegisterAsync();
        using var client = App.WithToken((await user.Client.SendJsonAsync(HttpMethod.Post, "/users/me/api-keys", new { name = "k", scopes = new[] { "read", "chat", "export" } }, HttpStatusCode.Created)).Text("secret"));

        await client.ProblemAsync(HttpMethod.Get, "/users/me/download", null, HttpStatusCode.Forbidden);
    }

    private static string Read(ZipArchive zip, string name)
    {
        using var reader = new StreamReader(zip.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }
}
