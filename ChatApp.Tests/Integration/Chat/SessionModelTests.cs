using System.Net;
using ChatApp.Domain.Chat;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration.Chat;

/// <summary>A session remembers which model and which persona were chosen for it.</summary>
internal sealed class SessionModelTests : ChatFixture
{
    private TestUser _user = null!;
    private string _thread = null!;

    [SetUp]
    public async Task Register()
    {
        Model.Others = ["other", "third"];
        _user = await App.RegisterAsync();
        _thread = (await CreateSessionAsync(_user)).Text("id");
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Send_ModelChosenOnce_RepliesFromThenOn(bool hasQuota)
    {
        if (hasQuota)
        {
            await App.SetQuotaAsync(_user.Id, 1_000_000);
        }
        var models = new List<string?>();
        foreach (var chosen in new[] { null, "other", null, "third", null, "default", null })
        {
            models.Add((await SendAsync("Hello", chosen)).Model);
        }

        Assert.That(models, Is.EqualTo(new[] { "gated", "other", "other", "third", "third", "gated", "gated" }));
    }

    [Test]
    public async Task Send_UnknownModel_Is400AndChangesNothing()
    {
        await SendAsync("Hello", "other");

        var problem = await _user.Client.ProblemAsync(
            HttpMethod.Post, "/chat", new { message = "Hello", thread_id = _thread, model = "nonsense" }, HttpStatusCode.BadRequest);

        Assert.That(problem.Fields(), Is.EqualTo(new[] { "model" }));
        Assert.That((await SendAsync("Hello")).Model, Is.EqualTo("other"));
    }

    [Test]
    public async Task Send_ChosenModelGone_SaysSoAndAnotherContinues()
    {
        await SendAsync("Hello", "other");
        Model.Others = ["third"];

        var problem = await _user.Client.ProblemAsync(HttpMethod.Post, "/chat", new { message = "Still there?", thread_id = _thread }, HttpStatusCode.ServiceUnavailable);
        var failed = (await StoredMessagesAsync(Guid.Parse(_thread)))[^1];

        Assert.That(problem.Text("detail"), Is.EqualTo("The model “other” is no longer available. Choose another one."));
        Assert.That((failed.Status, MessageDetails.From(failed.Metadata).ErrorCode), Is.EqualTo((MessageStatus.Failed, ReplyErrorCode.ProviderRefused)));
        Assert.That((await SendAsync("And you?", "third")).Status, Is.EqualTo(MessageStatus.Complete));
    }

    [TestCase(null, "other")]
    [TestCase("third", "third")]
    [TestCase("default", "gated")]
    public async Task Retry_Model_IsTheSessionsOrTheNamedOne(string? named, string expected)
    {
        Model.Hold("Fail").Fail(new InvalidDataException());
        var failed = await SendAsync("Fail", "other", HttpStatusCode.ServiceUnavailable);

        var retried = await _user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/messages/{failed.Id}/retry{(named is null ? "" : $"?model={named}")}");
        await EndedAsync(retried.Id());

        Assert.That(retried.Text("model"), Is.EqualTo(expected));
        Assert.That((await SendAsync("Hello")).Model, Is.EqualTo(expected));
    }

    [Test]
    public async Task Retry_ChosenModelGone_WorksWithAnother()
    {
        await SendAsync("Hello", "other");
        Model.Others = [];
        var failed = await SendAsync("Still there?", null, HttpStatusCode.ServiceUnavailable);

        await _user.Client.ProblemAsync(HttpMethod.Post, $"/chat/messages/{failed.Id}/retry?model=nonsense", null, HttpStatusCode.BadRequest);
        var retried = await _user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/messages/{failed.Id}/retry?model=gated");

        Assert.That((await EndedAsync(retried.Id())).Content, Is.EqualTo(GatedModel.Reply));
    }

    [Test]
    public async Task Send_PersonaChangedLater_EachReplyHasItsPersona()
    {
        await _user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/sessions/{_thread}/messages?wait=true", new { content = "One" }, HttpStatusCode.Created);
        await _user.Client.SendJsonAsync(
            HttpMethod.Post, $"/chat/sessions/{_thread}/messages?wait=true", new { content = "Two", persona = "creative_writer" }, HttpStatusCode.Created);

        var messages = (await _user.Client.GetJsonAsync($"/chat/sessions/{_thread}/messages")).Items("messages");
        Assert.That(messages.Where(m => m.Text("role") == "assistant").Select(m => m.GetProperty("metadata").Text("persona")),
            Is.EqualTo(new[] { "default", "creative_writer" }));
        Assert.That((await _user.Client.GetJsonAsync($"/chat/sessions/{_thread}")).Text("persona"), Is.EqualTo("creative_writer"));
    }

    private async Task<ChatMessage> SendAsync(string text, string? model = null, HttpStatusCode expected = HttpStatusCode.OK)
    {
        await _user.Client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = text, thread_id = _thread, model }, expected);
        return (await StoredMessagesAsync(Guid.Parse(_thread)))[^1];
    }
}
