using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration.Data;

/// <summary>
/// Every statement run by the apps of all other tests names the user for each of the users' tables. Not parallelizable, so that it runs
/// after the parallel ones; alone, it checks the statements of its own app.
/// </summary>
[NonParallelizable]
internal sealed class UserStatementsTests : ChatFixture
{
    // Recognised by the statement's tag.
    private static readonly Dictionary<string, string> Exceptions = new()
    {
        ["across users: sessions that are due"] = "the clean-up finds the users with any, then works user by user",
        ["across users: idempotency keys that are due"] = "the same",
        ["across users: usage of deleted accounts"] = "the clean-up finds usage whose account no longer exists",
        ["across users: replies that are being generated"] = "recovery finds those of dead instances, then closes them one by one",
        ["across users: approvals that have expired"] = "the same",
        ["across users: what the journal has of replies that have ended"] = "recovery removes what a statement that was thought to have failed has left",
        ["across users: migration"] = "the schema is everybody's",
    };

    [Test]
    public async Task Statements_OfAllApps_NameTheUserForEachTable()
    {
        var user = await App.RegisterAsync();
        await CreateSessionAsync(user, "One", "hello");
        await user.Client.SendJsonAsync(HttpMethod.Get, "/chat/sessions");

        // A key that no session can have becomes a statement that reads nothing.
        var statements = RecordedSql.Statements.Where(s => !s.Contains("WHERE FALSE", StringComparison.Ordinal) && !Exceptions.Keys.Any(tag => s.StartsWith($"-- {tag}", StringComparison.Ordinal))).ToList();

        Assert.That(UserTables.All.Where(t => statements.Exists(s => s.Contains(t, StringComparison.Ordinal))), Is.SupersetOf(new[] { "chat_sessions", "messages", "user_usage" }), "recorded");
        var wrong = statements.Select(s => (Statement: s, Unbound: UserStatement.FindUnbound(s))).Where(s => s.Unbound.Count > 0).ToList();
        Assert.That(wrong.Select(w => $"{string.Join(", ", w.Unbound)} in\n{w.Statement}\n"), Is.Empty);
    }
}
