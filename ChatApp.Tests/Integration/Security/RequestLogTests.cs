using System.Net;
using ChatApp.Tests.Support;
using ChatApp.Web.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace ChatApp.Tests.Integration.Security;

/// <summary>What the log says about requests, at its most verbose: routes, and nothing of what users put into paths and queries.</summary>
internal sealed class RequestLogTests : ChatFixture
{
    private const string Canary = "Kanarienvogel";
    private const string Evil = "%0D%0ASecurity:%1B%5B31m";

    protected override Dictionary<string, string> Settings => new() { ["Logging:LogLevel:Default"] = "Debug", ["Logging:LogLevel:Microsoft"] = "Debug" };

    [Test]
    public async Task Log_OfRequests_HasRoutesInsteadOfPathsAndQueries()
    {
        var user = await App.RegisterAsync();
        using var anonymous = App.Anonymous();
        foreach (var path in new[] { $"/api/session/{Canary}{Evil}/history", $"/chat/sessions/{Canary}", $"/no/such/{Canary}{Evil}?{Canary}" })
        {
            await user.Client.ProblemAsync(HttpMethod.Get, path, null, HttpStatusCode.NotFound);
            using var response = await anonymous.GetAsync(new Uri(path, UriKind.Relative));
        }
        await user.Client.GetJsonAsync($"/search?query={Canary}");
        await user.Client.GetJsonAsync($"/chat/sessions?q={Canary}");
        await App.WithDb(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE chat_sessions RENAME TO chat_sessions_gone"));
        await user.Client.ProblemAsync(HttpMethod.Get, $"/api/session/{Canary}{Evil}/history", null, HttpStatusCode.InternalServerError);
        await App.WithDb(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE chat_sessions_gone RENAME TO chat_sessions"));

        var log = App.Log.Text;
        Assert.That(log, Does.Contain("GET /api/session/{key}/history: 404").And.Contain("GET /api/session/{key}/history failed with 500").And.Contain("GET /search: 200"));
        Assert.That(log.Split('\n').Where(l => l.Contains(Canary, StringComparison.OrdinalIgnoreCase)), Is.Empty);
        Assert.That(log.Where(c => c is '\u001b' or '\r'), Is.Empty);
    }

    [Test]
    public void Console_TextWithControlCharacters_IsOneLineThatShowsThem()
    {
        var formatter = new PlainConsoleFormatter(new Options(new() { IncludeScopes = true }));
        var scopes = new LoggerExternalScopeProvider();
        using var scope = scopes.Push(new Dictionary<string, object?> { ["RequestPath"] = $"/api/session/{Canary}", ["TraceId"] = "abc" });
        using var text = new StringWriter();

        formatter.Write(new LogEntry<string>(LogLevel.Error, "Category", default, "a\r\nb\u001b[2Jc\u202ed\u2028e", new InvalidOperationException("f\ng"), (state, _) => state), scopes, text);

        Assert.That(text.ToString(), Is.EqualTo($"fail: Category[0] a  b\\u001b[2Jc\\u202ed\\u2028e => TraceId:abc System.InvalidOperationException: f g{Environment.NewLine}"));
    }

    private sealed class Options(SimpleConsoleFormatterOptions value) : IOptionsMonitor<SimpleConsoleFormatterOptions>
    {
        public SimpleConsoleFormatterOptions CurrentValue => value;

        public SimpleConsoleFormatterOptions Get(string? name) => value;

        public IDisposable? OnChange(Action<SimpleConsoleFormatterOptions, string?> listener) => null;
    }
}
