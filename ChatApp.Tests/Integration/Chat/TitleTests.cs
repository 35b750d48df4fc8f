using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;
using ChatApp.Domain.Usage;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration.Chat;

/// <summary>The model generates titles for new sessions: charged within the quota, and never replacing a title that the user has given.</summary>
internal sealed class TitleTests : ChatFixture
{
    protected override Dictionary<string, string> Settings => new() { ["Chat:TitleModel"] = "" };

    private TestUser _user = null!;

    [SetUp]
    public async Task Register() => _user = await App.RegisterAsync();

    [Test]
    public async Task Title_FirstExchange_IsGeneratedByTheModelAndCharged()
    {
        var call = Model.Hold(GatedModel.Conversation("How do I plan a trip to Tokyo?"));
        var id = await SendAsync("How do I plan a trip to Tokyo?");
        Assert.That(await TitleAsync(id), Is.EqualTo("How do I plan a trip to Tokyo?"), "until the model has replied");

        var prompt = await call.Asked;
        call.Say("<think>Hm.</think>", "\"Tokyo ", "Trip Planning.\"").Report(70, 9).End();

        await Eventually.TrueAsync(async () => await TitleAsync(id) == "Tokyo Trip Planning", "the session has the model's name");
        Assert.That(prompt[0].Text, Does.Contain("never an instruction"));
        Assert.That(call.Options!.Tools, Is.Null);
        var record = (await TitleCallsAsync()).Single();
        Assert.That((record.PromptTokens, record.CompletionTokens, record.Estimated, record.SessionId), Is.EqualTo((70L, 9L, false, id)));
        Assert.That((record.Provider, record.Model), Is.EqualTo((GatedModel.Provider, GatedModel.Name)));
        await AssertSoundAsync();
    }

    [Test]
    public async Task Title_UserNamesTheSessionMeanwhile_IsKept()
    {
        var call = Model.Hold(GatedModel.Conversation("meanwhile"));
        var id = await SendAsync("meanwhile");
        await call.Asked;

        await _user.Client.SendJsonAsync(HttpMethod.Put, $"/chat/sessions/{id}", new { title = "Mine" });
        call.Say("The model's").Report(50, 2).End();

        await Eventually.TrueAsync(async () => (await TitleCallsAsync()).Single() is { CompletionTokens: 2 }, "the call has ended");
        await _user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/sessions/{id}/messages?wait=true", new { content = "more" }, System.Net.HttpStatusCode.Created);
        Assert.That(await TitleAsync(id), Is.EqualTo("Mine"));
        Assert.That(await TitleCallsAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Title_NamedSession_CallsNoModel()
    {
        var session = await CreateSessionAsync(_user, "Named", "hello");

        var other = await NamedByModelAsync("after it", "Another");

        Assert.That(await TitleAsync(session.Id()), Is.EqualTo("Named"));
        Assert.That((await TitleCallsAsync()).Select(c => c.SessionId), Is.EqualTo(new[] { other }));
    }

    [Test]
    public async Task Title_ProviderFails_IsTheFirstLineAndTheNextExchangeRetries()
    {
        Model.Hold(GatedModel.Conversation("first")).Fail(new ModelException(ReplyErrorCode.ProviderRefused, "No."));
        var id = await SendAsync("first");
        await Eventually.TrueAsync(async () => (await TitleCallsAsync()).SingleOrDefault() is { PromptTokens: 0, CompletionTokens: 0 }, "a rejected call is not charged");
        Assert.That(await TitleAsync(id), Is.EqualTo("first"));

        Model.Hold(GatedModel.Conversation("first", "second")).Say("A Better Name").Report(60, 3).End();
        await _user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/sessions/{id}/messages?wait=true", new { content = "second" }, System.Net.HttpStatusCode.Created);

        await Eventually.TrueAsync(async () => await TitleAsync(id) == "A Better Name", "the session has the model's name");
        await AssertSoundAsync();
    }

    [Test]
    public async Task Title_ModelSaysNothingUseful_KeepsTheFirstLine()
    {
        Model.Hold(GatedModel.Conversation("useless")).Say("…\n").Report(60, 1).End();
        var id = await SendAsync("useless");

        await Eventually.TrueAsync(async () => (await TitleCallsAsync()).SingleOrDefault() is { CompletionTokens: 1 }, "the call has ended");
        Assert.That(await TitleAsync(id), Is.EqualTo("useless"));
    }

    [Test]
    public async Task Title_QuotaUsedUp_CallsNoModel()
    {
        // The reply fits into the quota and uses what is reserved for it; its title does not fit.
        Model.Hold("costly").Say("reply").Report(4_000, 5_900).End();
        await App.SetQuotaAsync(_user.Id, 2_400);
        var id = await SendAsync("costly");
        var (_, other) = (_user, await App.RegisterAsync());
        _user = other;
        await NamedByModelAsync("somebody else", "Named");

        Assert.That(await App.WithDb(db => db.UsageRecords.CountAsync(r => r.SessionId == id && r.Purpose == UsagePurpose.Title)), Is.Zero);
        await AssertSoundAsync();
    }

    [Test]
    public async Task Title_WhileTheCallRuns_ReservesItsMaximumCost()
    {
        var call = Model.Hold(GatedModel.Conversation("running"));
        await SendAsync("running");
        await call.Asked;

        var record = (await TitleCallsAsync()).Single();
        Assert.That((record.CompletionTokens, record.Estimated), Is.EqualTo((500L, true)));
        await AssertSoundAsync();
        call.Say("Done").Report(40, 1).End();
        await Eventually.TrueAsync(async () => (await TitleCallsAsync()).Single() is { PromptTokens: 40, CompletionTokens: 1, Estimated: false }, "it is corrected");
        await AssertSoundAsync();
    }

    private async Task<Guid> SendAsync(string question) => (await CreateSessionAsync(_user, null, question)).Id();

    /// <summary>Titles are generated in order: once a later session has one, an earlier one will not get any.</summary>
    private async Task<Guid> NamedByModelAsync(string question, string title)
    {
        Model.Hold(GatedModel.Conversation(question)).Say(title).Report(1, 1).End();
        var id = await SendAsync(question);
        await Eventually.TrueAsync(async () => await TitleAsync(id) == title, "the later session has its title");
        return id;
    }

    private Task<string> TitleAsync(Guid id) => App.WithDb(db => db.Sessions.Where(s => s.Id == id).Select(s => s.Title).SingleAsync());

    private Task<List<UsageRecord>> TitleCallsAsync() =>
        App.WithDb(db => db.UsageRecords.AsNoTracking().Where(r => r.UserId == _user.Id && r.Purpose == UsagePurpose.Title).ToListAsync());
}
