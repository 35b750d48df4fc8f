using System.Net;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration.Chat;

/// <summary><c>POST /chat/stream</c>, as received by a client.</summary>
internal sealed class StreamTests : ChatFixture
{
    private TestUser _user = null!;

    private static IEnumerable<TestCaseData> Replies()
    {
        yield return Case("Words", ["Hello", ",", " world", "!"], "Hello, world!");
        yield return Case("LineBreaks", ["one\n", "two\r\n\r\n", "data: {\"type\":\"done\"}\n\n", "\r"], "one\ntwo\r\n\r\ndata: {\"type\":\"done\"}\n\n\r");
        yield return Case("SplitSurrogates", ["a\ud83d", "\ude00b", "\ud83d", "\ude01"], "a😀b😁");
        yield return Case("SurrogatesOneByOne", [.. "😀👩‍👩‍👧🏳️‍🌈".Select(c => c.ToString())], "😀👩‍👩‍👧🏳️‍🌈");
        yield return Case("Nul", ["a\0b", "\0"], "a\ufffdb\ufffd");
        yield return Case("LoneHighSurrogate", ["a\ud83d", "b"], "a\ufffdb");
        yield return Case("LoneHighSurrogateAtTheEnd", ["a", "\ud83d"], "a\ufffd");
        yield return Case("LoneLowSurrogate", ["\ude00", "b\udc00c"], "\ufffdb\ufffdc");
        yield return Case("EmptyDeltas", ["", "a", "", "", "b", ""], "ab");
        yield return Case("SpacesAround", [" ", " a", "b  ", "\n"], "  ab  \n");
        yield return Case("ControlsAndSeparators", ["\u0001\u001b[31m\u2028\u2029\u200f\ufeff\uffff"], "\u0001\u001b[31m\u2028\u2029\u200f\ufeff\uffff");
    }

    [OneTimeSetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [Test]
    public async Task Stream_Reply_IsStartTokensDoneWithAnIdAndOneDataLineEach()
    {
        var call = Model.Hold("format");
        using var stream = await EventStream.PostAsync(_user.Client, new { message = "format" });
        var events = new List<ServerEvent> { (await stream.NextAsync())! };
        foreach (var word in new[] { "One", " two", " three" })
        {
            call.Say(word);
            events.Add((await stream.NextAsync())!);
            Assert.That(events[^1].Data.Text("content"), Is.EqualTo(word), "each token arrives as soon as the model sends it");
        }
        call.Report(11, 7).End();
        events.AddRange(await stream.RestAsync());

        Assert.That(events.Select(e => e.Type), Is.EqualTo(new[] { "start", "token", "token", "token", "done" }));
        Assert.That(events.Select(e => e.Id), Is.EqualTo(new[] { "0", "3", "7", "13", "13" }));
        Assert.That(events, Has.All.Property("Name").Null);
        Assert.That(stream.Lines.Select(l => l.Split(':')[0]), Is.EqualTo(Enumerable.Repeat(new[] { "data", "id", "" }, 5).SelectMany(x => x)).AsCollection.Or
            .EqualTo(Enumerable.Repeat(new[] { "id", "data", "" }, 5).SelectMany(x => x)).AsCollection);
        var (start, done) = (events[0].Data, events[^1].Data);
        var messages = await StoredMessagesAsync(start.GetProperty("session_id").GetGuid());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(stream.Lines.Where(l => l.StartsWith("data", StringComparison.Ordinal)), Has.All.StartsWith("data: {\"type\":"));
            Assert.That(stream.Response.Headers.CacheControl?.ToString(), Does.Contain("no-store").Or.Contain("no-cache"));
            Assert.That(start.EnumerateObject().Select(p => p.Name), Is.EqualTo(new[] { "type", "session_id", "thread_id", "user_message_id", "message_id" }));
            Assert.That(start.Text("thread_id"), Is.EqualTo($"user-{_user.Id}"));
            Assert.That(start.Text("user_message_id"), Is.EqualTo(messages[^2].Id.ToString()));
            Assert.That(start.Text("message_id"), Is.EqualTo(messages[^1].Id.ToString()));
            Assert.That(done.EnumerateObject().Select(p => p.Name), Is.EqualTo(new[] { "type", "thread_id", "session_id", "message_id", "status", "usage" }));
            Assert.That(done.Text("status"), Is.EqualTo("complete"));
            Assert.That(done.GetProperty("usage").GetRawText(), Is.EqualTo("""{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18,"estimated":false}"""));
            Assert.That(messages[^1].Content, Is.EqualTo("One two three"));
        }
    }

    [TestCaseSource(nameof(Replies))]
    public async Task Stream_WhateverTheModelSends_TokensAreTheStoredContent(string[] deltas, string expected)
    {
        var user = await App.RegisterAsync();
        var question = $"tokens {Guid.CreateVersion7()}";
        var call = Model.Hold(question);
        using var stream = await EventStream.PostAsync(user.Client, new { message = question });
        var start = (await stream.NextAsync())!.Data;
        foreach (var delta in deltas)
        {
            call.Say(delta);
            await Task.Yield();
        }
        call.End();

        var events = await stream.RestAsync();

        Assert.That(events.Tokens(), Is.EqualTo(expected));
        Assert.That(events[^1].Type, Is.EqualTo("done"));
        Assert.That((await StoredMessageAsync(start.GetProperty("message_id").GetGuid())).Content, Is.EqualTo(expected));
        Assert.That(events[^1].Id, Is.EqualTo($"{expected.Length}"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Stream_ModelFails_EndsWithAnErrorAndKeepsThePartialText(bool known)
    {
        var user = await App.RegisterAsync();
        var call = Model.Hold("fail");
        using var stream = await EventStream.PostAsync(user.Client, new { message = "fail" });
        var reply = (await stream.NextAsync())!.Data.GetProperty("message_id").GetGuid();
        call.Say("Partial").Fail(known ? new ModelException(ReplyErrorCode.RateLimited, "The provider is busy.") : new InvalidDataException("secret detail"));

        var events = await stream.RestAsync();

        var error = events[^1];
        var stored = await StoredMessageAsync(reply);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(events.Tokens(), Is.EqualTo("Partial"));
            Assert.That(error.Type, Is.EqualTo("error"));
            Assert.That(error.Data.Text("code"), Is.EqualTo(known ? "provider_rate_limited" : "internal"));
            Assert.That(error.Data.Text("content"), known ? Is.EqualTo("The provider is busy.") : Does.Not.Contain("secret"));
            Assert.That((stored.Status, stored.Content), Is.EqualTo((MessageStatus.Failed, "Partial")));
            Assert.That(MessageDetails.From(stored.Metadata).Error, Is.EqualTo(error.Data.Text("content")));
        }
        using var again = await EventStream.PostAsync(user.Client, new { message = "again" });
        Assert.That((await again.RestAsync())[^1].Type, Is.EqualTo("done"), "the session can be continued");
    }

    [TestCase("NUL \0 and half \ud800 of a pair")]
    [TestCase("")]
    public async Task Stream_ModelFailsWithUnusualText_EndsWithAnError(string text)
    {
        var user = await App.RegisterAsync();
        Model.Hold("odd").Fail(new ModelException(ReplyErrorCode.ProviderRefused, text));
        using var stream = await EventStream.PostAsync(user.Client, new { message = "odd" });

        var events = await stream.RestAsync();

        Assert.That(events.Select(e => e.Type), Is.EqualTo(new[] { "start", "error" }));
        Assert.That(await StoredMessageAsync(events[0].Data.GetProperty("message_id").GetGuid()), Has.Property("Status").EqualTo(MessageStatus.Failed));
    }

    [Test]
    public async Task Stream_DatabaseRejectsTheEnd_IsStoredOnceItAcceptsIt()
    {
        var user = await App.RegisterAsync();
        var call = Model.Hold("refused");
        using var stream = await EventStream.PostAsync(user.Client, new { message = "refused" });
        var reply = (await stream.NextAsync())!.Data.GetProperty("message_id").GetGuid();
        await App.WithDb(db => db.Database.ExecuteSqlRawAsync("""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
            CREATE TRIGGER refuse BEFORE UPDATE ON messages EXECUTE FUNCTION refuse();
            """));
        call.Say("kept").End();
        await Eventually.TrueAsync(() => App.Log.Text.Contains("cannot be stored yet", StringComparison.Ordinal), "the database has rejected the end");

        await App.WithDb(db => db.Database.ExecuteSqlRawAsync("DROP FUNCTION refuse CASCADE"));

        Assert.That((await stream.RestAsync()).Select(e => e.Type), Is.EqualTo(new[] { "token", "done" }));
        Assert.That(await StoredMessageAsync(reply), Has.Property("Content").EqualTo("kept").And.Property("Status").EqualTo(MessageStatus.Complete));
    }

    [TestCase("")]
    [TestCase(" \n\t ")]
    public async Task Stream_EmptyReply_EndsWithAnError(string reply)
    {
        var user = await App.RegisterAsync();
        Model.Hold("empty").Say(reply).End();
        using var stream = await EventStream.PostAsync(user.Client, new { message = "empty" });

        var events = await stream.RestAsync();

        Assert.That(events[^1].Type, Is.EqualTo("error"));
        Assert.That(events[^1].Data.Text("code"), Is.EqualTo("empty_answer"));
        Assert.That(await StoredMessageAsync(events[0].Data.GetProperty("message_id").GetGuid()), Has.Property("Status").EqualTo(MessageStatus.Failed));
    }

    [Test]
    public async Task Stream_EndlessReply_IsTruncatedAtTheLimit()
    {
        var user = await App.RegisterAsync();
        var call = Model.Hold("endless");
        using var stream = await EventStream.PostAsync(user.Client, new { message = "endless" });
        var reply = (await stream.NextAsync())!.Data.GetProperty("message_id").GetGuid();
        var chunk = "x" + string.Concat(Enumerable.Repeat("😀", 50_000)); // so that the limit falls within a surrogate pair
        for (var i = 0; i < 6; i++)
        {
            call.Say(chunk);
        }

        var events = await stream.RestAsync();
        await call.Left;

        var stored = await StoredMessageAsync(reply);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(events[^1].Data.Text("status"), Is.EqualTo("complete"));
            Assert.That(stored.Content, Has.Length.InRange(ChatMessage.ReplyMaxLength - 1, ChatMessage.ReplyMaxLength));
            Assert.That(stored.Content == events.Tokens(), Is.True);
            Assert.That(MessageDetails.From(stored.Metadata).Truncated, Is.True);
            Assert.That(char.IsHighSurrogate(stored.Content[^1]), Is.False);
        }
    }

    [Test]
    public async Task Stream_ClientLeaves_ReplyIsCompletedAndStored()
    {
        var user = await App.RegisterAsync();
        var call = Model.Hold("leave");
        Guid reply;
        using (var stream = await EventStream.PostAsync(user.Client, new { message = "leave" }))
        {
            reply = (await stream.NextAsync())!.Data.GetProperty("message_id").GetGuid();
            call.Say("first");
            await stream.NextAsync();
        }

        call.Say(" and last").End();

        var stored = await EndedAsync(reply);
        Assert.That((stored.Status, stored.Content), Is.EqualTo((MessageStatus.Complete, "first and last")));
    }

    [Test]
    public async Task Stream_RejectedBeforeItStarts_IsAProblemAndNoStream()
    {
        await _user.Client.ProblemAsync(HttpMethod.Post, "/chat/stream", new { message = " " }, HttpStatusCode.BadRequest);
        await _user.Client.ProblemAsync(HttpMethod.Post, "/chat/stream", new { message = "hi", thread_id = "nowhere" }, HttpStatusCode.NotFound);
        Assert.That(await App.WithDb(db => db.Messages.AnyAsync(m => m.Content == " " || m.Content == "hi")), Is.False);
    }

    private static TestCaseData Case(string name, string[] deltas, string expected) => new TestCaseData(deltas, expected).SetArgDisplayNames(name);
}
