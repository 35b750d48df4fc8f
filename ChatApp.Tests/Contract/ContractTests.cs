using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace ChatApp.Tests.Contract;

/// <summary>Every route of the app, called by every kind of caller, responds as it must and as the document says.</summary>
internal sealed class ContractTests : ChatFixture
{
    private static readonly string[] Open = ["POST /auths/register", "POST /auths/login", "POST /auths/refresh", "GET /health", "GET /health/live"];

    private readonly ScriptedTools _tools = new();
    private IReadOnlyList<ApiRoute> _routes = [];
    private ApiSpec _spec = null!;
    private World _world = null!;

    private static IEnumerable<TestCaseData> Entries() => RouteEntry.All.Select(e => new TestCaseData(e).SetArgDisplayNames(e.Route));

    protected override void Adjust(WebApplicationBuilder builder)
    {
        base.Adjust(builder);
        _tools.AddTo(builder);
    }

    [OneTimeSetUp]
    public async Task Arrange()
    {
        _routes = ApiRoute.All(App);
        _spec = await ApiSpec.LoadAsync(App);
        _world = new World(App, Model, _tools);
        await _world.BeginAsync();
    }

    [Test]
    public void Routes_OfTheApp_AllHaveAnEntry() =>
        Assert.That(RouteEntry.All.Select(e => e.Route), Is.EquivalentTo(_routes.Select(r => r.Name)), "a new route needs an entry in RouteEntry.cs");

    [Test]
    public void Routes_OfTheApp_AreThoseOfTheDocument() =>
        Assert.That(_spec.Operations().Select(o => o.Name), Is.EquivalentTo(_routes.Select(r => r.Name)));

    [Test]
    public void Routes_Anonymous_AreTheExpectedOnes() =>
        Assert.That(_routes.Where(r => r.IsOpen).Select(r => r.Name), Is.EquivalentTo(Open));

    [TestCaseSource(nameof(Entries))]
    public async Task Call_ByEveryCaller_RespondsAsDescribed(RouteEntry entry)
    {
        var route = _routes.Single(r => r.Name == entry.Route);
        foreach (var caller in Enum.GetValues<Caller>())
        {
            using var client = await _world.ClientAsync(caller);
            var (status, response, body) = await SendAsync(client, entry);
            using (response)
            using (Assert.EnterMultipleScope())
            {
                Assert.That(status, Is.EqualTo(entry.Expected(caller, route)), $"{entry.Route} by {caller}: {body}");
                Assert.That(_spec.Problems(entry.Route, response, body), Is.Empty, $"by {caller}");
                Assert.That(response.Headers.CacheControl?.NoStore, Is.True, $"{entry.Route} by {caller} may not be cached");
                Assert.That(response.Headers.WwwAuthenticate.ToString(), status == 401 ? Does.StartWith("Bearer") : Is.Empty, $"{entry.Route} by {caller}");
            }
        }
    }

    [TestCaseSource(nameof(Entries))]
    public async Task Call_ByAnAnonymousBrowser_IsNotRedirected(RouteEntry entry)
    {
        using var client = App.Anonymous();
        client.DefaultRequestHeaders.Add("Accept", "text/html,application/xhtml+xml");
        var (status, response, body) = await SendAsync(client, entry);
        using (response)
        {
            Assert.That(status, Is.EqualTo(_routes.Single(r => r.Name == entry.Route).IsOpen ? entry.Status : 401));
            Assert.That(_spec.Problems(entry.Route, response, body), Is.Empty);
        }
    }

    private async Task<(int Status, HttpResponseMessage Response, string Body)> SendAsync(HttpClient client, RouteEntry entry)
    {
        var call = await entry.Call(_world);
        using var request = new HttpRequestMessage(entry.Method, call.Path) { Content = call.Body as HttpContent ?? (call.Body is null ? null : System.Net.Http.Json.JsonContent.Create(call.Body)) };
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return ((int)response.StatusCode, response, entry.IsEndless && response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync());
    }
}
