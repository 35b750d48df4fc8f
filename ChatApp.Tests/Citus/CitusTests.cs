using System.Net;
using ChatApp.Data;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation;
using ChatApp.Domain.Sessions;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Citus;

/// <summary>The main flows on a database that is distributed over a Citus cluster. Skipped unless <c>CHATAPP_TEST_CITUS</c> names a coordinator's database.</summary>
[Category("Citus")]
internal sealed partial class CitusTests
{
    [Test]
    public async Task Tables_AfterTheScript_AreAllDistributedByUserOrEverywhere() => Assert.That(
        await _cluster.RunAsync("""
            SELECT relname || ' ' || coalesce((SELECT citus_table_type || ' ' || distribution_column FROM citus_tables WHERE table_name = c.oid), 'local') FROM pg_class c
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT EXISTS (SELECT FROM pg_dist_shard WHERE relname = logicalrelid::text || '_' || shardid)
            """),
        Is.EquivalentTo(UserTables.All.Select(t => $"{t} distributed user_id")
            .Concat(UserTables.Accounts.Append("data_protection_keys").Append("setup_tokens").Select(t => $"{t} reference <none>")).Append("__EFMigrationsHistory local").Append("security_events local").Append("attempt_limits local")));

    [Test]
    public async Task Chat_SeveralUsers_GetRepliesListsAndHistories()
    {
        foreach (var user in new[] { await _app.RegisterAsync(), await _app.RegisterAsync(), await _app.RegisterAsync() })
        {
            var session = await ChatAsync(user, "Listed", "hello", "again");

            var listed = (await user.Client.GetJsonAsync("/chat/sessions")).Items("sessions");
            var history = (await user.Client.GetJsonAsync($"/chat/sessions/{session.Text("id")}/messages")).Items("messages");
            var totals = await user.Client.GetJsonAsync("/chat/sessions?limit=1");

            Assert.That(listed.Select(s => (s.Text("title"), s.Text("preview"))), Is.EqualTo(new[] { ("Listed", GatedModel.Reply) }));
            Assert.That(history.Select(m => m.Text("content")), Is.EqualTo(new[] { "hello", GatedModel.Reply, "again", GatedModel.Reply }));
            Assert.That(totals.Number("total_messages"), Is.EqualTo(4));
        }
    }

    [Test]
    public async Task Stream_WhileTheReplyGrows_DeliversItAndItsEnd()
    {
        var user = await _app.RegisterAsync();
        var session = await ChatAsync(user, "Streamed");
        var call = _model.Hold("slowly");
        var sent = await user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages", new { content = "slowly" }, HttpStatusCode.Created);
        await call.Asked;
        call.Say("one ").Say("two").End();

        var stream = await user.Client.GetStringAsync($"/chat/messages/{sent.GetProperty("reply").Text("id")}/stream");

        Assert.That(stream, Does.Contain("two").And.Contain("\"type\":\"done\""));
    }

    [Test]
    public async Task Send_WhileAReplyIsGenerated_IsAConflictAndTheSameKeyReturnsTheSameReply()
    {
        var user = await _app.RegisterAsync();
        var session = await ChatAsync(user, "Busy");
        var path = $"/chat/sessions/{session.Text("id")}/messages";
        var call = _model.Hold("held");
        var first = await SendAsync(user, path, "held", "key");
        await call.Asked;

        await user.Client.ProblemAsync(HttpMethod.Post, path, new { content = "more" }, HttpStatusCode.Conflict);
        var second = await SendAsync(user, path, "held", "key");
        call.Say("done").End();

        Assert.That(second.GetProperty("reply").Text("id"), Is.EqualTo(first.GetProperty("reply").Text("id")));
        await EndedAsync(user, first.GetProperty("reply").Id());
    }

    [Test]
    public async Task Session_ChangedWithAnOldVersion_IsRejected()
    {
        var user = await _app.RegisterAsync();
        var session = await ChatAsync(user, "Versioned");
        var path = $"/chat/sessions/{session.Text("id")}";
        using var got = await user.Client.GetAsync(path);
        await user.Client.SendJsonAsync(HttpMethod.Put, path, new { pinned = true });

        using var stale = new HttpRequestMessage(HttpMethod.Put, path) { Content = Api.Raw("""{"pinned":false}""") };
        stale.Headers.Add("If-Match", got.Headers.ETag!.ToString());
        using var refused = await user.Client.SendAsync(stale);

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.PreconditionFailed));
    }

    [Test]
    public async Task Search_ByWordAndWithinWords_FindsTheUsersOwn()
    {
        var (user, other) = (await _app.RegisterAsync(), await _app.RegisterAsync());
        var session = await ChatAsync(user, "Animals", "a zebra crossing");
        await ChatAsync(other, "Theirs", "another zebra");

        Assert.That((await user.Client.GetJsonAsync("/search?query=zebra")).Items("results").Select(r => r.Text("session_title")), Is.EqualTo(new[] { "Animals" }));
        Assert.That((await user.Client.GetJsonAsync("/search?query=ebr")).Number("count"), Is.EqualTo(1));
        Assert.That((await user.Client.GetJsonAsync($"/search/{session.Text("id")}?query=ZEBRA")).Number("count"), Is.EqualTo(1));
    }

    [Test]
    public async Task Analytics_AfterAnExchange_CountTheLedger()
    {
        var user = await _app.RegisterAsync();
        _model.Hold("counted").Say("yes").Report(100, 7).End();
        var session = await ChatAsync(user, "Counted", "counted");

        var usage = await user.Client.GetJsonAsync("/analytics/usage");
        var one = await user.Client.GetJsonAsync($"/analytics/{session.Text("id")}");

        Assert.That(one.Number("total_tokens"), Is.EqualTo(107));
        Assert.That((usage.Number("total_tokens"), usage.Items("by_day").Count, usage.Items("by_model").Count), Is.EqualTo((107, 1, 1)));
    }

    [Test]
    public async Task Export_OfASession_HasItsMessages()
    {
        var user = await _app.RegisterAsync();
        var session = await ChatAsync(user, "Exported", "take me away");

        Assert.That(await user.Client.GetStringAsync($"/export/{session.Text("id")}/json"), Does.Contain("take me away").And.Contain(GatedModel.Reply));
    }

    [Test]
    public async Task Trash_DeleteRestoreAndRemove_Work()
    {
        var user = await _app.RegisterAsync();
        var path = $"/chat/sessions/{(await ChatAsync(user, "Trashed", "hello")).Text("id")}";

        await user.Client.SendJsonAsync(HttpMethod.Delete, path);
        Assert.That((await user.Client.GetJsonAsync("/chat/sessions?deleted=true")).Number("count"), Is.EqualTo(1));
        await user.Client.SendJsonAsync(HttpMethod.Post, $"{path}/restore");
        Assert.That((await user.Client.GetJsonAsync("/chat/sessions")).Number("count"), Is.EqualTo(1));
        await user.Client.SendJsonAsync(HttpMethod.Delete, path);
        await _app.WithServiceAsync((TrashService trash) => trash.RemoveAsync(user.Id, new(path.Split('/')[^1]), CancellationToken.None));

        Assert.That(await _cluster.RunAsync($"SELECT count(*) FROM messages WHERE user_id = '{user.Id}'"), Is.EqualTo(new object[] { 0L }));
    }

    [Test]
    public async Task CleanUp_OfSeveralUsers_RemovesWhatIsDue()
    {
        var users = new[] { await _app.RegisterAsync(), await _app.RegisterAsync() };
        foreach (var user in users)
        {
            var session = await user.Client.SendJsonAsync(HttpMethod.Post, "/chat/sessions", new { temporary = true }, HttpStatusCode.Created);
            await SendAsync(user, $"/chat/sessions/{session.Text("id")}/messages?wait=true", "bye", "bye");
            await _cluster.RunAsync($"UPDATE chat_sessions SET expires_at = now() - interval '1 hour' WHERE user_id = '{user.Id}'");
        }

        Assert.That(await _app.WithServiceAsync((SessionCleanup cleanup) => cleanup.RunAsync(CancellationToken.None)), Is.EqualTo(2));
        await _cluster.RunAsync($"UPDATE idempotency_keys SET created_at = now() - interval '1 year'");
        await _app.WithServiceAsync(async (Housekeeping housekeeping) =>
        {
            await housekeeping.CleanUpAsync(CancellationToken.None);
            return true;
        });

        Assert.That(await _cluster.RunAsync("SELECT count(*) FROM idempotency_keys"), Is.EqualTo(new object[] { 0L }));
    }

    [Test]
    public async Task Quota_UsedUp_RefusesTheNextMessageAndIsListedForAdministrators()
    {
        var user = await _app.RegisterAsync();
        var session = await ChatAsync(user, "Limited", "hello");
        await _app.SetQuotaAsync(user.Id, 1);

        await user.Client.ProblemAsync(HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages", new { content = "more" }, HttpStatusCode.TooManyRequests);
        await _app.SetQuotaAsync(user.Id, 1_000_000);
        await SendAsync(user, $"/chat/sessions/{session.Text("id")}/messages?wait=true", "more", "quota");

        var accounts = await _app.WithServiceAsync((Data.Accounts.AccountDirectory directory) => directory.ListAsync(user.Name, 1, null, CancellationToken.None));
        Assert.That(accounts.Items.Single().TokenQuota, Is.EqualTo(1_000_000));
    }

    [Test]
    public async Task Recovery_ReplyOfADeadInstance_ClosesItWithItsJournal()
    {
        var user = await _app.RegisterAsync();
        var session = await ChatAsync(user, "Left", "hello");
        var call = _model.Hold("forgotten");
        var sent = await SendAsync(user, $"/chat/sessions/{session.Text("id")}/messages", "forgotten", "left");
        var reply = sent.GetProperty("reply").Id();
        await call.Asked;
        call.Say("half of it");
        await Eventually.TrueAsync(async () => (await _cluster.RunAsync($"SELECT 1 FROM reply_deltas WHERE user_id = '{user.Id}'")).Count > 0, "the text is journalled");

        await _cluster.RunAsync($"UPDATE messages SET instance_id = 1 WHERE user_id = '{user.Id}' AND id = '{reply}'");
        call.End(); // by an instance that no longer owns the reply, so nothing changes

        var ended = await EndedAsync(user, reply);
        Assert.That((ended.Status, ended.Content), Is.EqualTo((MessageStatus.Interrupted, "half of it")));
    }

    [Test]
    public async Task Continue_StoppedReplyOfAnArchivedSession_GrowsTheSameMessage()
    {
        var user = await _app.RegisterAsync();
        var session = await ChatAsync(user, "Stopped");
        await user.Client.SendJsonAsync(HttpMethod.Put, $"/chat/sessions/{session.Text("id")}", new { archived = true });
        var call = _model.Hold("stop me");
        var reply = (await SendAsync(user, $"/chat/sessions/{session.Text("id")}/messages", "stop me", "stop")).GetProperty("reply").Id();
        await call.Asked;
        call.Say("So far");
        await Eventually.TrueAsync(async () => (await _cluster.RunAsync($"SELECT 1 FROM reply_deltas WHERE user_id = '{user.Id}'")).Count > 0, "the text is journalled");
        await user.Client.SendJsonAsync(HttpMethod.Post, "/api/interrupt", new { session_id = session.Text("id") });

        _model.Hold(PromptBuilder.ContinuePrompt).Say(", and on.").End();
        await user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/messages/{reply}/continue");

        var ended = await EndedAsync(user, reply);
        Assert.That((ended.Status, ended.Content), Is.EqualTo((MessageStatus.Complete, "So far, and on.")));
    }

    [Test]
    public async Task Reporting_Queries_ReadTheViews()
    {
        var user = await _app.RegisterAsync();
        await ChatAsync(user, "Reported", "hello");

        Assert.That(await _cluster.RunAsync($"SELECT count(*) FROM reporting.conversations WHERE user_id = '{user.Id}'"), Is.EqualTo(new object[] { 2L }));
        Assert.That(await _cluster.RunAsync("SELECT user_id FROM reporting.user_usage ORDER BY total_tokens DESC LIMIT 10"), Is.Not.Empty);
        Assert.That(await _cluster.RunAsync($"SELECT user_id FROM reporting.user_usage WHERE user_id = '{user.Id}'"), Is.EqualTo(new object[] { user.Id }));
    }
}
