using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ChatApp.Tests.Integration;

/// <summary>The SQL of lists and searches: few commands, no more for much data than for little, and all of them use indexes.</summary>
internal sealed partial class SqlCommandTests : AppFixture
{
    private const int MostCommands = 3; // the user, the session, its content

    // Users with little data, with more and more sessions, and with a long history. SessionListTests covers a user without any.
    private static readonly (int Sessions, int Messages)[] Sizes = [(1, 2), (30, 2), (200, 2), (1, 2_000)];

    // {0} is a session, {1} its title.
    private static readonly string[] Routes =
    [
        "/chat/sessions?limit=1", "/chat/sessions", "/chat/sessions?q=chat", "/chat/sessions?q=nothing", "/chat/sessions?deleted=true", "/chat/sessions?archived=true",
        "/chat/history", "/chat/history?limit=1", "/chat/history?thread_id={0}",
        "/chat/sessions/{0}/messages", "/chat/sessions/{0}/messages?limit=1", "/chat/sessions/thread-{0}/messages",
        "/search?query=word1", "/search?query=ord1", "/search?query=nothing", "/search/{0}?query=word1", "/search/{0}?query=nothing",
        "/api/sessions", "/api/session/{0}/history", "/api/session/{1}/history",
    ];

    private const string Others = """
        INSERT INTO users SELECT (jsonb_populate_record(NULL::users, to_jsonb(u) || jsonb_build_object(
            'id', gen_random_uuid(), 'user_name', 'other' || n, 'normalized_user_name', 'OTHER' || n, 'name_skeleton', 'other' || n, 'email', 'other' || n, 'normalized_email', 'OTHER' || n))).*
        FROM (SELECT * FROM users LIMIT 1) u, generate_series(1, 100) n;

        INSERT INTO chat_sessions SELECT (jsonb_populate_record(NULL::chat_sessions, to_jsonb(s) || jsonb_build_object('id', gen_random_uuid(), 'user_id', u.id, 'thread_id', n))).*
        FROM (SELECT * FROM chat_sessions LIMIT 1) s, users u, generate_series(1, 50) n WHERE u.user_name LIKE 'other%';

        INSERT INTO messages (id, session_id, user_id, seq, role, content, status, usage_estimated, tool_calls, metadata, created_at, updated_at, reserved_tokens)
        SELECT gen_random_uuid(), s.id, s.user_id, n, 'user', 'word' || n, 'complete', false, jsonb_build_array(), jsonb_build_object(), s.created_at, s.created_at, 0
        FROM chat_sessions s JOIN users u ON u.id = s.user_id, generate_series(1, 2) n WHERE u.user_name LIKE 'other%';

        ANALYZE;
        """;

    // On its own, the statement would require values for the parameters.
    private const string ExplainFunction = """
        CREATE OR REPLACE FUNCTION pg_temp.explain(command text) RETURNS SETOF text LANGUAGE plpgsql AS
        $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (GENERIC_PLAN) ' || command; END $$
        """;

    private readonly List<(TestUser User, Guid Session, string Title)> _users = [];

    [OneTimeSetUp]
    public async Task Fill()
    {
        foreach (var (sessions, messages) in Sizes)
        {
            var user = await App.RegisterAsync();
            var (last, title) = (Guid.Empty, "");
            for (var i = 0; i < sessions; i++)
            {
                title = $"Chat {i}";
                last = (await App.StoreAsync(user, title, Enumerable.Range(0, messages).Select(n => $"word{n} of {i}"))).Session.Id;
            }
            _users.Add((user, last, title));
        }
        await AddOthersAsync();
    }

    [TestCaseSource(nameof(Routes))]
    public async Task Get_AnyAmountOfData_TakesTheSameFewCommands(string route)
    {
        var (first, further) = (new HashSet<int>(), new HashSet<int>());
        foreach (var (user, session, title) in _users)
        {
            var path = Path(route, session, title);
            first.Add((await AskAsync(user, path)).Count);
            if ((await user.Client.GetJsonAsync(path)).TryGetProperty("next_cursor", out var cursor) && cursor.GetString() is { } next)
            {
                further.Add((await AskAsync(user, $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}cursor={next}")).Count);
            }
        }

        Assert.That(first, Has.Count.EqualTo(1).And.All.InRange(2, MostCommands));
        Assert.That(further, Has.Count.LessThanOrEqualTo(1).And.All.InRange(2, MostCommands));
    }

    [TestCaseSource(nameof(Routes))]
    public async Task Get_AmongManyUsers_ScansNoWholeTable(string route)
    {
        var (user, session, title) = _users[2];

        var commands = await AskAsync(user, Path(route, session, title));

        foreach (var command in commands)
        {
            var plan = await ExplainAsync(command);
            Assert.That(plan, Does.Contain("Index").And.Not.Match("Seq Scan on (messages|chat_sessions)"), $"{command}\n{plan}");
        }
    }

    [TestCase("/chat/sessions", "live")]
    [TestCase("/chat/sessions?archived=true", "live")]
    [TestCase("/chat/sessions?deleted=true", "trash")]
    [TestCase("/api/sessions", "live")]
    public async Task Get_AListOfSessions_ReadsThemInTheOrderOfTheirIndex(string route, string index)
    {
        var (user, session, title) = _users[2];

        var list = (await AskAsync(user, Path(route, session, title))).Single(c => c.Contains("LIMIT", StringComparison.Ordinal) && c.Contains("last_activity_at DESC", StringComparison.Ordinal));

        var plan = await ExplainAsync(list);
        Assert.That(plan, Does.Contain($"using ix_chat_sessions_{index} on chat_sessions").And.Not.Match("Sort Key: .*last_activity_at"), $"{list}\n{plan}");
    }

    private static string Path(string route, Guid session, string title) => string.Format(CultureInfo.InvariantCulture, route, session, Uri.EscapeDataString(title));

    private static async Task<IReadOnlyList<string>> AskAsync(TestUser user, string path)
    {
        using var commands = new SqlCommands();
        using var request = commands.Get(path);
        using var response = await user.Client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return commands.Texts;
    }

    // A generic plan: EXPLAIN supports only numbered parameters.
    private async Task<string> ExplainAsync(string command)
    {
        var names = new List<string>();
        var numbered = ParameterName().Replace(command, m =>
        {
            names.Add(m.Value);
            return string.Create(CultureInfo.InvariantCulture, $"${names.IndexOf(m.Value) + 1}");
        });
        await using var connection = new NpgsqlConnection(App.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // the constant above
        await using var explain = new NpgsqlCommand($"{ExplainFunction}; SELECT * FROM pg_temp.explain(@command)", connection);
#pragma warning restore CA2100
        explain.Parameters.AddWithValue("command", numbered);
        await using var reader = await explain.ExecuteReaderAsync();
        var plan = new StringBuilder();
        while (await reader.ReadAsync())
        {
            plan.AppendLine(reader.GetString(0));
        }
        return plan.ToString();
    }

    // Enough rows that PostgreSQL prefers indexes.
    private Task<int> AddOthersAsync() => App.WithDb(db =>
    {
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(1));
        return db.Database.ExecuteSqlRawAsync(Others);
    });

    [GeneratedRegex(@"(?<!@)@\w+")]
    private static partial Regex ParameterName();
}
