using System.Net;
using ChatApp.Domain.Analytics;
using ChatApp.Tests.Support;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Replies;

/// <summary>What a user may have at the same time, and the default quota.</summary>
internal sealed class UserLimitTests : TwoInstances
{
    private const int Generating = 3;
    private const int Streams = 2;
    private const long Quota = 100_000;

    protected override Dictionary<string, string> Settings => new()
    {
        ["Chat:MaxGeneratingReplies"] = $"{Generating}",
        ["RateLimits:Enabled"] = "true",
        ["RateLimits:RequestsPerMinute"] = "100000",
        ["RateLimits:SignInsPerMinute"] = "100000",
        ["RateLimits:StreamsPerUser"] = $"{Streams}",
        ["Quotas:DefaultTokens"] = $"{Quota}",
    };

    [Test]
    public async Task Send_ManyAtOnceOnOneInstance_AcceptsExactlyTheMaximum()
    {
        var user = await App.RegisterAsync();
        var calls = Enumerable.Range(0, 20).Select(i => Model.Hold($"at once {i}")).ToList();
        var sessions = await Task.WhenAll(calls.Select(_ => CreateSessionAsync(user)));

        var responses = await Task.WhenAll(sessions.Select((s, i) => SendAsync(user.Client, s.Text("id"), $"at once {i}")));

        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.Created), Is.EqualTo(Generating));
        var refused = responses.First(r => r.StatusCode != HttpStatusCode.Created);
        Assert.That((await refused.ProblemAsync(HttpStatusCode.TooManyRequests)).Text("detail"), Does.Contain("replies"));
        Assert.That(refused.Headers.RetryAfter, Is.Not.Null);
        calls.ForEach(c => c.Say("done").End());
    }

    [Test]
    public async Task Send_MaximumIsGeneratedOnAnotherInstance_Is429UntilOneEnds()
    {
        var user = await App.RegisterAsync();
        var calls = Enumerable.Range(0, Generating).Select(i => Model.Hold($"elsewhere {i}")).ToList();
        foreach (var i in Enumerable.Range(0, Generating))
        {
            Assert.That((await SendAsync(user.Client, (await CreateSessionAsync(user)).Text("id"), $"elsewhere {i}")).StatusCode, Is.EqualTo(HttpStatusCode.Created));
        }
        using var elsewhere = Other.WithToken(user.AccessToken);
        var session = (await CreateSessionAsync(user)).Text("id");

        Assert.That((await SendAsync(elsewhere, session, "one more")).StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That((await SendAsync(Elsewhere(), (await CreateSessionAsync(User)).Text("id"), "somebody else")).StatusCode, Is.EqualTo(HttpStatusCode.Created));
        calls[0].Say("done").End();
        await Eventually.TrueAsync(async () => (await SendAsync(elsewhere, session, "one more")).StatusCode == HttpStatusCode.Created, "there is room again");
        calls.ForEach(c => c.Say("done").End());
    }

    [Test]
    public async Task Retry_MaximumIsGenerated_Is429()
    {
        var user = await App.RegisterAsync();
        Model.Hold("fails").Fail(new InvalidOperationException());
        var session = await CreateSessionAsync(user, null, "fails");
        var failed = (await StoredMessagesAsync(session.Id()))[^1].Id;
        var calls = Enumerable.Range(0, Generating).Select(i => Model.Hold($"before {i}")).ToList();
        foreach (var i in Enumerable.Range(0, Generating))
        {
            await SendAsync(user.Client, (await CreateSessionAsync(user)).Text("id"), $"before {i}");
        }

        await (await user.Client.SendAsync(HttpMethod.Post, $"/chat/messages/{failed}/retry", null)).ProblemAsync(HttpStatusCode.TooManyRequests);
        calls.ForEach(c => c.Say("done").End());
    }

    [Test]
    public async Task Stream_MoreThanTheMaximum_Is429UntilOneIsClosed()
    {
        var (busy, calm) = (await App.RegisterAsync(), await App.RegisterAsync());
        using var first = await EventStream.GetAsync(busy.Client, "/chat/events");
        var second = await EventStream.GetAsync(busy.Client, "/chat/events");

        using var third = await busy.Client.SendAsync(HttpMethod.Get, "/chat/events", null);
        await third.ProblemAsync(HttpStatusCode.TooManyRequests);
        Assert.That(third.Headers.RetryAfter, Is.Not.Null);
        using var other = await EventStream.GetAsync(calm.Client, "/chat/events");
        second.Dispose();

        await Eventually.TrueAsync(
            async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/chat/events");
                using var response = await busy.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                return response.StatusCode == HttpStatusCode.OK;
            },
            "there is room again");
    }

    [Test]
    public void Streams_OfAllRoutes_AreCounted()
    {
        var streaming = App.Services.GetRequiredService<EndpointDataSource>().Endpoints.Where(e =>
            e.Metadata.GetMetadata<ControllerActionDescriptor>()?.MethodInfo.ReturnType is { } type
            && (type == typeof(EventStreamResult) || type == typeof(Task<EventStreamResult>) || e.Metadata.GetMetadata<Web.Features.Docs.AlsoStreamsAttribute>() is not null)).ToList();

        Assert.That(streaming, Has.Count.GreaterThanOrEqualTo(5));
        Assert.That(streaming.Select(e => e.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName), Is.All.EqualTo(RateLimits.Streams));
    }

    [Test]
    public async Task Send_DefaultQuota_HoldsForUsersWithoutTheirOwn()
    {
        var (user, rich) = (await App.RegisterAsync(), await App.RegisterAsync());
        await App.SetQuotaAsync(rich.Id, 100 * Quota);
        Model.ContextWindow = (int)Quota;
        var text = new string('x', 30_000);

        foreach (var (caller, end) in new[] { (user, HttpStatusCode.TooManyRequests), (rich, HttpStatusCode.Created) })
        {
            var session = await CreateSessionAsync(caller);
            var status = HttpStatusCode.Created;
            for (var i = 0; i < 4 && status == HttpStatusCode.Created; i++)
            {
                Model.Hold(text).Say("done").Report(30_000, 10).End();
                status = (await SendAsync(caller.Client, session.Text("id"), text, wait: true)).StatusCode;
            }
            Assert.That(status, Is.EqualTo(end), caller.Name);
        }
        Assert.That((await App.WithServiceAsync((AnalyticsService analytics) => analytics.UsageAsync(user.Id, CancellationToken.None))).Quota, Is.EqualTo(Quota));
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string session, string content, bool wait = false) =>
        client.SendAsync(HttpMethod.Post, $"/chat/sessions/{session}/messages{(wait ? "?wait=true" : "")}", new { content });
}
