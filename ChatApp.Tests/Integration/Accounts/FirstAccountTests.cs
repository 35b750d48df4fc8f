using System.Net;
using ChatApp.Data.Accounts;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration.Accounts;

/// <summary>The first account. Each test starts an app without accounts.</summary>
internal sealed class FirstAccountTests
{
    private static readonly Dictionary<string, string> Closed = new() { ["Accounts:AllowRegistration"] = "false" };

    [Test]
    public async Task Register_FirstAndSecondAccount_OnlyTheFirstIsAdministrator()
    {
        await using var app = await TestApp.StartAsync();

        var first = await app.RegisterAsync();
        var second = await app.RegisterAsync();

        var me = await first.Client.GetJsonAsync("/users/me");
        Assert.That(me.Items("roles").Select(r => r.GetString()), Is.EqualTo(new[] { Roles.Administrator }));
        Assert.That((await second.Client.GetJsonAsync("/users/me")).Items("roles"), Is.Empty);
    }

    [Test]
    public async Task Register_TwentyConcurrentlyOnAnEmptyDatabase_CreatesOneAdministrator()
    {
        await using var app = await TestApp.StartAsync();
        using var client = app.Anonymous();

        var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => RegisterAsync(client, $"racer{i}")));

        Assert.That(responses, Has.All.Property(nameof(HttpResponseMessage.StatusCode)).EqualTo(HttpStatusCode.Created));
        Assert.That(await app.WithDb(db => db.Users.CountAsync()), Is.EqualTo(20));
        Assert.That(await app.WithDb(db => db.UserRoles.CountAsync()), Is.EqualTo(1));
    }

    [Test]
    public async Task Register_Closed_AllowsOnlyTheFirstAccount()
    {
        await using var app = await TestApp.StartAsync(Closed);
        using var client = app.Anonymous();

        using var first = await RegisterAsync(client, "owner");
        using var second = await RegisterAsync(client, "visitor");

        Assert.That(first.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        await second.ProblemAsync(HttpStatusCode.Forbidden);
        Assert.That(await app.WithDb(db => db.Users.Select(u => u.UserName).ToListAsync()), Is.EqualTo(new[] { "owner" }));
    }

    [Test]
    public async Task Register_ClosedAndTenConcurrently_AllowsOne()
    {
        await using var app = await TestApp.StartAsync(Closed);
        using var client = app.Anonymous();

        var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => RegisterAsync(client, $"racer{i}")));

        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.Created), Is.EqualTo(1));
        Assert.That(responses.Count(r => r.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Conflict), Is.EqualTo(9));
        Assert.That(await app.WithDb(db => db.Users.CountAsync()), Is.EqualTo(1));
    }

    private static Task<HttpResponseMessage> RegisterAsync(HttpClient client, string name) =>
        client.SendAsync(HttpMethod.Post, "/auths/register", new { username = name, email = $"{name}@example.com", password = TestUser.Password });
}
