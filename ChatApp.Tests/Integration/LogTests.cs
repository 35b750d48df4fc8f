using System.Net;
using ChatApp.Data.Accounts;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration;

/// <summary>No log line, down to Debug, contains users' texts or credentials, whatever goes wrong.</summary>
internal sealed class LogTests : ChatFixture
{
    private const string Canary = "Kanarienvogel";
    private const string Password = "Kanarienvogel-Pass 1";

    protected override Dictionary<string, string> Settings => new() { ["Logging:LogLevel:Default"] = "Debug", ["Logging:LogLevel:Microsoft"] = "Debug", ["Logging:LogLevel:Npgsql"] = "Debug" };

    [Test]
    public async Task Log_AfterWorkAndFailures_ContainsNoTextPasswordOrToken()
    {
        using var anonymous = App.Anonymous();
        var email = $"{Canary}@example.com";
        await anonymous.SendJsonAsync(HttpMethod.Post, "/auths/register", new { username = "bird", email, password = Password }, HttpStatusCode.Created);
        await anonymous.ProblemAsync(HttpMethod.Post, "/auths/register", new { username = "bird", email, password = Password }, HttpStatusCode.Conflict);
        await anonymous.ProblemAsync(HttpMethod.Post, "/auths/register", new { username = Canary + " !", email = Canary, password = Canary[..8] }, HttpStatusCode.BadRequest);
        await anonymous.ProblemAsync(HttpMethod.Post, "/auths/login", TestApp.Form("bird", Canary), HttpStatusCode.Unauthorized);
        var user = await App.LogInAsync("bird", Password);
        var cookie = await App.WithServiceAsync<LoginService, string>(s => s.StartCookieAsync(user.Id, CancellationToken.None));
        var secrets = new List<string> { Canary, Password, user.AccessToken, user.RefreshToken, cookie };

        await WorkAsync(user);
        await FailAsync(user, cookie);
        var refreshed = await anonymous.SendJsonAsync(HttpMethod.Post, "/auths/refresh", new { refresh_token = user.RefreshToken });
        await anonymous.ProblemAsync(HttpMethod.Post, "/auths/refresh", new { refresh_token = user.RefreshToken }, HttpStatusCode.Unauthorized);
        secrets.AddRange([refreshed.Text("access_token"), refreshed.Text("refresh_token")]);

        var lines = App.Log.Text.Split('\n');
        Assert.That(lines, Has.Some.StartsWith("Debug"), "the log is at its most verbose");
        Assert.That(lines, Has.Some.Contains("Reply").And.Some.Contains("failed"), "the failures have been logged");
        foreach (var secret in secrets)
        {
            Assert.That(lines.Where(l => l.Contains(secret, StringComparison.OrdinalIgnoreCase)), Is.Empty);
        }
    }

    private async Task WorkAsync(TestUser user)
    {
        var session = await CreateSessionAsync(user, Canary, Canary);
        var path = $"/chat/sessions/{session.Text("id")}";
        await user.Client.SendJsonAsync(HttpMethod.Put, path, new { title = Canary + 2, metadata = new { note = Canary } });
        Model.Hold(Canary + "?").Say(Canary).End();
        using (var stream = await EventStream.PostAsync(user.Client, new { message = Canary + "?", thread_id = session.Text("id") }))
        {
            await stream.RestAsync();
        }
        await user.Client.GetJsonAsync($"{path}/messages");
        await user.Client.SendJsonAsync(HttpMethod.Delete, path);
        await user.Client.SendJsonAsync(HttpMethod.Post, $"{path}/restore");
    }

    private async Task FailAsync(TestUser user, string cookie)
    {
        await user.Client.ProblemAsync(HttpMethod.Post, "/chat", Api.Raw($$"""{"message": "{{Canary}}\u0000"}"""), HttpStatusCode.BadRequest);
        await user.Client.ProblemAsync(HttpMethod.Post, "/chat", Api.Raw($$"""{"message": "{{Canary}}", "message": 7} {{Canary}}"""), HttpStatusCode.BadRequest);
        await user.Client.ProblemAsync(HttpMethod.Post, "/chat", new { message = Canary, thread_id = Canary }, HttpStatusCode.NotFound);
        await user.Client.ProblemAsync(HttpMethod.Post, "/chat", new { message = Canary, persona = Canary }, HttpStatusCode.BadRequest);
        Model.Hold(Canary + "!").Say(Canary).Fail(new InvalidDataException(Canary));
        await user.Client.ProblemAsync(HttpMethod.Post, "/chat", new { message = Canary + "!" }, HttpStatusCode.ServiceUnavailable);
        Model.Hold(Canary + "!!").Fail(new ModelException(ReplyErrorCode.ProviderRefused, Canary, new InvalidDataException(Canary)));
        await user.Client.ProblemAsync(HttpMethod.Post, "/chat", new { message = Canary + "!!" }, HttpStatusCode.ServiceUnavailable);
        using (var forger = App.WithCookie(cookie))
        {
            await forger.ProblemAsync(HttpMethod.Post, "/chat", new { message = Canary }, HttpStatusCode.BadRequest);
        }
        using (var guesser = App.WithToken(Canary))
        {
            await guesser.ProblemAsync(HttpMethod.Get, "/users/me", null, HttpStatusCode.Unauthorized);
        }

        // An error of the database that quotes the row.
        await App.WithDb(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE messages ADD CONSTRAINT none CHECK (length(content) < 0) NOT VALID"));
        await user.Client.ProblemAsync(HttpMethod.Post, "/chat", new { message = Canary }, HttpStatusCode.InternalServerError);
        await App.WithDb(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE messages DROP CONSTRAINT none"));
    }
}
