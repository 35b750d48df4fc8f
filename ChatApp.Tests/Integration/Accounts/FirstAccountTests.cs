using System.Net;
using System.Text.RegularExpressions;
using ChatApp.Data.Accounts;
using ChatApp.Tests.Support;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration.Accounts;

/// <summary>The first account. Each test starts an app without accounts.</summary>
internal sealed partial class FirstAccountTests
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

    [Test]
    public async Task Register_FirstFromElsewhere_NeedsTheTokenOnce()
    {
        await using var app = await TestApp.StartAsync();
        using var rebound = app.Anonymous();
        rebound.DefaultRequestHeaders.Host = "evil.example"; // a page of another site whose name now leads to 127.0.0.1
        var token = TokenOf(app);

        foreach (var wrong in new[] { null, "", "wrong", token[..^1], token + "A" })
        {
            using var refused = await RegisterAsync(rebound, "intruder", wrong);
            Assert.That((await refused.ProblemAsync(HttpStatusCode.BadRequest)).Fields(), Is.EqualTo(new[] { "setup_token" }));
        }
        Assert.That(await app.WithDb(db => db.Users.CountAsync()), Is.Zero);
        using var first = await RegisterAsync(rebound, "owner", token);
        using var second = await RegisterAsync(rebound, "visitor", token);

        Assert.That((await first.JsonAsync()).Items("roles"), Has.Count.EqualTo(1));
        Assert.That(second.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((await second.JsonAsync()).Items("roles"), Is.Empty, "the token is worth nothing any more");
        Assert.That(await app.WithDb(db => db.SetupTokens.CountAsync()), Is.Zero);
        var events = await app.WithDb(db => db.SecurityEvents.OrderBy(e => e.CreatedAt).ThenBy(e => e.Id).Select(e => $"{e.Kind} {e.Result}").ToListAsync());
        Assert.That(events, Is.EqualTo(Enumerable.Repeat("setup_token failed", 5).Concat(["setup_token succeeded", "account_created succeeded", "account_created succeeded"])));
    }

    [Test]
    public async Task Register_TenConcurrentlyWithTheToken_CreatesOneAdministrator()
    {
        await using var app = await TestApp.StartAsync();
        using var client = app.Anonymous();
        client.DefaultRequestHeaders.Add("Forwarded", "for=192.0.2.1");
        var token = TokenOf(app);

        var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => RegisterAsync(client, $"racer{i}", token)));

        Assert.That(responses.Select(r => r.StatusCode), Is.All.EqualTo(HttpStatusCode.Created));
        Assert.That(await app.WithDb(db => db.UserRoles.CountAsync()), Is.EqualTo(1));
    }

    [Test]
    public async Task Token_OfEachInstanceAndStart_WorksUntilThereIsAnAccount()
    {
        await using var app = await TestApp.StartAsync();
        await using var other = await TestApp.StartAsync(connectionString: app.ConnectionString);
        Assert.That(TokenOf(other), Is.Not.EqualTo(TokenOf(app)));
        var stored = await app.WithDb(db => db.Database.SqlQuery<string>($"SELECT t::text AS \"Value\" FROM setup_tokens t").ToListAsync());
        Assert.That(stored, Has.Count.EqualTo(2).And.None.Contains(TokenOf(app)));
        using var client = other.Anonymous();
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.1");

        using var created = await RegisterAsync(client, "owner", TokenOf(app));

        Assert.That(created.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        await using var later = await TestApp.StartAsync(connectionString: app.ConnectionString);
        Assert.That(later.Log.Text, Does.Not.Contain("/register?setup="));
    }

    [Test]
    public async Task Page_OpenedByTheLink_HasTheTokenAndCreatesTheAdministrator()
    {
        await using var app = await TestApp.StartAsync(new() { ["Accounts:PublicUrl"] = "https://chat.example.com/" });
        using var page = new PageClient(app.Address);
        Assert.That(await page.TextAsync("/register"), Does.Not.Contain("Setup token"), "at this machine");
        page.Headers.Add("X-Forwarded-For", "192.0.2.1");
        var token = TokenOf(app);
        Assert.That(app.Log.Text, Does.Contain($"https://chat.example.com/register?setup={token}"));
        (string, string)[] account = [("username", "owner"), ("email", "owner@example.com"), ("password", TestUser.Password)];

        Assert.That(await page.TextAsync($"/register?setup={token}"), Does.Contain("Setup token").And.Contain($"value=\"{token}\""));
        using var refused = await page.SubmitAsync("/register", "/register", [.. account, ("setup_token", "wrong")]);
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("setup_token-error"));
        using var created = await page.SubmitAsync("/register", "/register", [.. account, ("setup_token", token)]);

        Assert.That(created.Headers.Location?.OriginalString, Is.EqualTo("/chat-ui"));
        Assert.That(await app.WithDb(db => db.UserRoles.CountAsync()), Is.EqualTo(1));
    }

    [TestCase("127.0.0.1", "localhost:5080", null, true)]
    [TestCase("127.0.0.1", "127.0.0.1", null, true)]
    [TestCase("127.9.9.9", "LOCALHOST", null, true)]
    [TestCase("::1", "[::1]:5080", null, true)]
    [TestCase("::ffff:127.0.0.1", "localhost", null, true)]
    [TestCase("127.0.0.1", "evil.example", null, false)]
    [TestCase("127.0.0.1", "localhost.evil.example", null, false)]
    [TestCase("127.0.0.1", "127.0.0.1.nip.example", null, false)]
    [TestCase("127.0.0.1", "", null, false)]
    [TestCase("192.0.2.1", "localhost", null, false)]
    [TestCase("172.17.0.1", "localhost:5080", null, false)]
    [TestCase(null, "localhost", null, false)]
    [TestCase("127.0.0.1", "localhost", "X-Forwarded-For", false)]
    [TestCase("127.0.0.1", "localhost", "x-forwarded-proto", false)]
    [TestCase("127.0.0.1", "localhost", "X-Original-For", false)]
    [TestCase("127.0.0.1", "localhost", "Forwarded", false)]
    [TestCase("127.0.0.1", "localhost", "Via", false)]
    [TestCase("127.0.0.1", "localhost", "X-Real-IP", false)]
    public void IsLocal_OfARequest_RequiresAddressHostAndNoProxy(string? address, string host, string? header, bool expected)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);
        context.Request.Host = new HostString(host);
        if (header is not null)
        {
            context.Request.Headers[header] = "";
        }

        Assert.That(context.IsLocal, Is.EqualTo(expected));
    }

    private static string TokenOf(TestApp app) => SetupLink().Match(app.Log.Text).Groups[1].Value;

    private static Task<HttpResponseMessage> RegisterAsync(HttpClient client, string name, string? token = null) => client.SendAsync(
        HttpMethod.Post, "/auths/register", new { username = name, email = $"{name}@example.com", password = TestUser.Password, setup_token = token });

    [GeneratedRegex(@"/register\?setup=(\S+)")]
    private static partial Regex SetupLink();
}
