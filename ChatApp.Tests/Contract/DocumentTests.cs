using System.Net;
using System.Text.Json;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Contract;

/// <summary>The OpenAPI document itself.</summary>
internal sealed class DocumentTests : AppFixture
{
    private ApiSpec _spec = null!;

    [OneTimeSetUp]
    public async Task Load() => _spec = await ApiSpec.LoadAsync(App);

    [Test]
    public async Task Document_ForEveryCaller_IsTheSame()
    {
        var user = await App.RegisterAsync();

        using var response = await user.Client.SendAsync(HttpMethod.Get, "/openapi/v1.json", null);

        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/json"));
        Assert.That(JsonElement.DeepEquals(await response.JsonAsync(), _spec.Document), Is.True);
        Assert.That(_spec.Document.Text("openapi"), Does.StartWith("3.1"));
        Assert.That(_spec.Document.GetProperty("info").Text("title"), Is.EqualTo("ChatApp"));
        Assert.That(_spec.Document.GetProperty("info").Text("version"), Is.Not.Empty);
    }

    [Test]
    public void Operations_All_HaveASummaryAndSecurity()
    {
        var ids = new List<string>();
        foreach (var (name, operation) in _spec.Operations())
        {
            ids.Add(operation.Text("operationId"));
            Assert.That(operation.Text("summary"), Does.EndWith(".").Or.Contain(":"), name);
            var schemes = operation.GetProperty("security").EnumerateArray().Select(s => string.Join('+', s.EnumerateObject().Select(p => p.Name))).ToList();
            var isOpen = name.StartsWith("GET /health", StringComparison.Ordinal) || name is "POST /auths/register" or "POST /auths/login" or "POST /auths/refresh";
            Assert.That(schemes, Is.EqualTo(isOpen ? [] : new[] { "bearer", name.StartsWith("GET", StringComparison.Ordinal) ? "cookie" : "cookie+csrf" }), name);
        }
        Assert.That(ids, Is.Unique);
    }

    [Test]
    public void Operations_WithABody_HaveAnExampleThatFits()
    {
        foreach (var (name, operation) in _spec.Operations().Where(o => _spec.Body(o.Operation) is { MediaType: "application/json" }))
        {
            var schema = _spec.Body(operation)!.Value.Schema;
            var example = schema.GetProperty("examples")[0];
            Assert.That(_spec.Problems(schema, example), Is.Empty, name);
        }
    }

    [Test]
    public void LogIn_InTheDocument_IsAForm()
    {
        var (type, schema) = _spec.Body(_spec.Operation("POST /auths/login"))!.Value;

        Assert.That(type, Is.EqualTo("application/x-www-form-urlencoded"));
        Assert.That(schema.Items("required").Select(r => r.GetString()), Is.EquivalentTo(["username", "password"]));
    }

    [TestCase("POST /chat/stream")]
    [TestCase("GET /chat/messages/{id}/stream")]
    [TestCase("GET /chat/events")]
    [TestCase("GET /api/chat/stream")]
    public void Stream_InTheDocument_IsAnEventStream(string name) =>
        Assert.That(_spec.Operation(name).GetProperty("responses").GetProperty("200").GetProperty("content").EnumerateObject().Single().Name, Is.EqualTo("text/event-stream"));

    [Test]
    public void Limits_OfTheValidators_AreInTheDocument()
    {
        var register = _spec.Resolve(_spec.Body(_spec.Operation("POST /auths/register"))!.Value.Schema);
        var limit = _spec.Operation("GET /chat/sessions").Items("parameters").Single(p => p.Text("name") == "limit").GetProperty("schema");

        Assert.That(register.GetProperty("properties").GetProperty("password").Number("minLength"), Is.EqualTo(10));
        Assert.That((limit.Number("minimum"), limit.Number("maximum"), limit.Number("default")), Is.EqualTo((1, 200, 50)));
    }

    [Test]
    public async Task Check_UndescribedResponse_ReportsIt()
    {
        var schema = _spec.Document.GetProperty("components").GetProperty("schemas").GetProperty("UsageResponse");
        var usage = JsonSerializer.SerializeToElement(new { prompt_tokens = 1, completion_tokens = 2, total_tokens = 3, estimated = false });
        string[] broken =
        [
            """{"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}""",
            """{"prompt_tokens": "1", "completion_tokens": 2, "total_tokens": 3, "estimated": false}""",
            """{"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3, "estimated": false, "price": 4}""",
        ];

        Assert.That(_spec.Problems(schema, usage), Is.Empty);
        Assert.That(broken.Select(b => _spec.Problems(schema, JsonElement.Parse(b)).Count), Is.All.EqualTo(1));
        using var response = new HttpResponseMessage(HttpStatusCode.Gone) { Content = new StringContent("{}") };
        Assert.That(_spec.Problems("GET /users/me", response, await response.Content.ReadAsStringAsync()), Has.Count.EqualTo(1));
    }
}
