using System.Net;
using System.Text.Json;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation;
using ChatApp.Tests.Support;
using ChatApp.Web.Integrations.BuiltIn;
using ChatApp.Web.Integrations.Models;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Models;

/// <summary>The built-in assistant, in an app without models.</summary>
internal sealed class BuiltInAssistantTests : AppFixture
{
    protected override Dictionary<string, string> Settings => new() { ["OPENAI_API_KEY"] = "", ["OPENAI_BASE_URL"] = "", ["OLLAMA_HOST"] = "" };

    [Test]
    public async Task Ask_AboutAnotherSession_QuotesItWithTitleAndLink()
    {
        var user = await App.RegisterAsync();
        var (session, message) = await TellAsync(user, "Garden plans", "The ladder for the apple tree is behind the shed.");

        var reply = await AskAsync(user, "Where did I say the ladder is?");

        Assert.That(reply, Does.Contain($"[Garden plans](/chat-ui/{session}#m-{message})"));
        Assert.That(reply, Does.Contain("> The **ladder** for the apple tree is behind the shed."));
    }

    [TestCase("東京の旅行は十一月です。", "What did I say about 東京?")]
    [TestCase("Бабушка живёт под Вологдой.", "what did I say about ВОЛОГДОЙ")]
    [TestCase("الحفلة يوم السبت", "find الحفلة")]
    [TestCase("Übergrößen kosten mehr.", "find ÜBERGRÖSSEN größen")]
    [TestCase("Tonight 🍕 with Ann", "find 🍕")]
    [TestCase("100% of_it is \\ 'quoted'", "find \"100% of_it\"")]
    public async Task Ask_AnyScript_IsFound(string said, string question)
    {
        var user = await App.RegisterAsync();
        var (_, message) = await TellAsync(user, "Words", said);

        Assert.That(await AskAsync(user, question), Does.Contain($"#m-{message}"));
    }

    [Test]
    public async Task Ask_OnlyAnotherUserSaidIt_FindsNothing()
    {
        var (ada, eve) = (await App.RegisterAsync(), await App.RegisterAsync());
        await TellAsync(ada, "Ada's secret", "The password of the safe is swordfish.");

        string[] questions =
        [
            "find swordfish", "list my sessions about safe", "summarize the secret session", "how many messages mention swordfish?",
            "what was the first thing I asked?", "swordfish", "list my sessions",
        ];
        foreach (var question in questions)
        {
            var reply = await AskAsync(eve, question);

            Assert.That(reply, Does.Not.Contain("password").And.Not.Contain("secret](").And.Not.Contain("**1 message"), question);
        }
    }

    [Test]
    public async Task Ask_DeletedOrTemporary_FindsNothing()
    {
        var user = await App.RegisterAsync();
        var (trashed, _) = await TellAsync(user, "Trashed", "The marmot is in the trash.");
        var (kept, message) = await TellAsync(user, "Kept", "The marmot is deleted.");
        await TellAsync(user, "Temporary", "The marmot leaves no trace.", temporary: true);
        await user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{trashed}");
        await user.Client.SendJsonAsync(HttpMethod.Delete, $"/chat/sessions/{kept}/messages/{message}");

        Assert.That(await AskAsync(user, "What did I say about the marmot?"), Does.Contain("found nothing about “the marmot”"));
    }

    [Test]
    public async Task Ask_Twice_QuotesNeitherTheQuestionNorItsOwnReplies()
    {
        var user = await App.RegisterAsync();
        await TellAsync(user, "Sea", "The walrus sings on Thursdays.");

        var first = await AskAsync(user, "What did I say about the walrus?");
        var second = await AskAsync(user, "What did I say about the walrus?");
        var third = await AskAsync(user, "Does the walrus sing?");

        Assert.That(second, Is.EqualTo(first));
        Assert.That(third.Split("> ", StringSplitOptions.None), Has.Length.EqualTo(2), "one quote");
    }

    [Test]
    public async Task Ask_InOneSession_SearchesOnlyThere()
    {
        var user = await App.RegisterAsync();
        var (here, _) = await TellAsync(user, "Here", "The teapot is blue.");
        await TellAsync(user, "There", "The teapot is green.");

        Assert.That(await AskAsync(user, "What did I say about the teapot in this session?", here), Does.Contain("blue").And.Not.Contain("green"));
        Assert.That(await AskAsync(user, "and in other sessions?", here), Does.Contain("green").And.Not.Contain("blue"));
    }

    [Test]
    public async Task Ask_More_ShowsTheNextResults()
    {
        var user = await App.RegisterAsync();
        foreach (var i in Enumerable.Range(1, 6))
        {
            await TellAsync(user, $"Session {i}", $"Kayak number {i} is ready.");
        }

        var first = await AskAsync(user, "find kayak");
        var more = await AskAsync(user, "more");

        Assert.That(Quotes(first).Concat(Quotes(more)).Order(), Is.EqualTo(Enumerable.Range(1, 6).Select(i => $"> **Kayak** number {i} is ready.")));
        Assert.That(await AskAsync(user, "more"), Does.StartWith("That was all"));

        static IEnumerable<string> Quotes(string reply) => reply.Split('\n').Where(l => l.StartsWith("> ", StringComparison.Ordinal));
    }

    [Test]
    public async Task Ask_ForNumbers_CountsTheUsersOwn()
    {
        var user = await App.RegisterAsync();
        await TellAsync(user, "One", "Three words here");
        await TellAsync(user, "Two", "And now four words");

        Assert.That(await AskAsync(user, "How many words did I write?"), Does.Contain("**7 words**").And.Contain("2 messages"));
        Assert.That(await AskAsync(user, "How many sessions do I have?"), Does.Contain("**3 chats**"));
        Assert.That(await AskAsync(user, "How many messages mention words?"), Does.Contain("**2 messages** mention “words”").And.Contain("in 2 chats"));
        Assert.That(await AskAsync(user, "What was the first thing I asked?"), Does.Contain("> Three words here"));
    }

    [Test]
    public async Task Ask_ForASummary_QuotesTheSession()
    {
        var user = await App.RegisterAsync();
        var (session, _) = await TellAsync(user, "Bicycle repair", "My bicycle has a flat tyre and I have no pump.");

        var reply = await AskAsync(user, "Summarize my session about the bicycle");

        Assert.That(reply, Does.Contain($"[Bicycle repair](/chat-ui/{session})").And.Contain("> My bicycle has a flat tyre"));
    }

    [Test]
    public async Task Ask_AnythingElse_ExplainsItselfAndHowToConnectAModel()
    {
        var user = await App.RegisterAsync();

        var reply = await AskAsync(user, "What is the capital of Mongolia?");

        Assert.That(reply, Does.Contain("built-in assistant").And.Contain("OPENAI_API_KEY").And.Contain("OPENAI_BASE_URL").And.Contain("OLLAMA_HOST"));
    }

    [TestCase("'; DROP TABLE messages; --")]
    [TestCase("find % _ \\ ' \" \\0 {0} @p0")]
    [TestCase("find <img src=x onerror=alert(1)> [x](javascript:alert(1))")]
    [TestCase("((((((((((((((((((((((((((")]
    [TestCase("more")]
    [TestCase("👩‍👩‍👧‍👦")]
    [TestCase("\u202e\u200f\u0007")]
    public async Task Ask_AnyText_GetsAReply(string text)
    {
        var user = await App.RegisterAsync();
        await TellAsync(user, text, text);

        Assert.That(await AskAsync(user, text), Is.Not.Empty.And.Not.Match(@"(?<!\\)<img").And.Not.Match(@"(?<!\\)\]\(javascript:"));
    }

    [Test]
    public async Task Ask_Reply_IsCharged()
    {
        var user = await App.RegisterAsync();
        var sent = await user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "hello" });

        var id = Guid.Parse(sent.Text("message_id"));
        var reply = await App.WithDb(db => db.Messages.AsNoTracking().SingleAsync(m => m.Id == id));
        Assert.That((reply.Status, reply.Model, reply.UsageEstimated), Is.EqualTo((MessageStatus.Complete, ModelCatalog.BuiltInName, false)));
        Assert.That(reply.CompletionTokens, Is.EqualTo(TokenEstimator.Count(reply.Content)));
        Assert.That(reply.PromptTokens, Is.GreaterThan(100), "the persona is a part of the prompt");
    }

    [Test]
    public async Task Continue_PartialReply_AddsTheRest()
    {
        var client = App.Services.GetRequiredService<BuiltInClient>();
        var whole = (await client.GetResponseAsync([new(ChatRole.User, "help")])).Text;

        var rest = await client.GetStreamingResponseAsync(
            [new(ChatRole.User, "help"), new(ChatRole.Assistant, whole[..40]), new(ChatRole.User, PromptBuilder.ContinuePrompt)]).ToChatResponseAsync();

        Assert.That(whole[..40] + rest.Text, Is.EqualTo(whole));
        Assert.That(rest.Usage?.OutputTokenCount, Is.EqualTo(TokenEstimator.Count(rest.Text)));
    }

    // Creates a session with a message of the user. The reply is the built-in assistant's own and so never quoted.
    private static async Task<(string Session, string Message)> TellAsync(TestUser user, string title, string text, bool temporary = false)
    {
        var session = await user.Client.SendJsonAsync(HttpMethod.Post, "/chat/sessions", new { title, temporary }, HttpStatusCode.Created);
        var sent = await user.Client.SendJsonAsync(
            HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages?wait=true", new { content = text }, HttpStatusCode.Created);
        return (session.Text("id"), sent.Text("id"));
    }

    private static async Task<string> AskAsync(TestUser user, string question, string? session = null)
    {
        JsonElement reply = await user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = question, thread_id = session });
        return reply.Text("response");
    }
}
