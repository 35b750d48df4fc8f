using System.Net;
using System.Text.Json;
using ChatApp.Data.Checks;
using ChatApp.Domain.Chat;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ChatApp.Tests.Citus;

/// <summary>The cluster, the app on it, and the helpers of the tests.</summary>
internal sealed partial class CitusTests
{
    private readonly GatedModel _model = new();
    private CitusCluster _cluster = null!;
    private TestApp _app = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        if (Environment.GetEnvironmentVariable(CitusCluster.Variable) is not { Length: > 0 } coordinator)
        {
            Assert.Ignore($"{CitusCluster.Variable} names no coordinator.");
            return;
        }
        _cluster = await CitusCluster.CreateAsync(coordinator);
        _app = await TestApp.StartAsync(connectionString: _cluster.ConnectionString, adjust: b => _model.AddTo(b.Services));
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    /// <summary>After every test, the rules of <c>--check</c> must hold.</summary>
    [TearDown]
    public async Task Check()
    {
        await using var connection = new NpgsqlConnection(_cluster.ConnectionString);
        await connection.OpenAsync();
        Assert.That(await DatabaseCheck.RunAsync(connection, CancellationToken.None), Is.Empty);
    }

    private static async Task<JsonElement> ChatAsync(TestUser user, string title, params string[] messages)
    {
        var session = await user.Client.SendJsonAsync(HttpMethod.Post, "/chat/sessions", new { title }, HttpStatusCode.Created);
        foreach (var message in messages)
        {
            await user.Client.SendJsonAsync(HttpMethod.Post, $"/chat/sessions/{session.Text("id")}/messages?wait=true", new { content = message }, HttpStatusCode.Created);
        }
        return session;
    }

    private static async Task<JsonElement> SendAsync(TestUser user, string path, string content, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Api.Raw(JsonSerializer.Serialize(new { content })) };
        request.Headers.Add("Idempotency-Key", key);
        using var response = await user.Client.SendAsync(request);
        Assert.That(response.IsSuccessStatusCode, Is.True, await response.Content.ReadAsStringAsync());
        return await response.JsonAsync();
    }

    private async Task<ChatMessage> EndedAsync(TestUser user, Guid id)
    {
        ChatMessage? reply = null;
        await Eventually.TrueAsync(async () =>
        {
            reply = await _app.WithDb(db => db.Messages.AsNoTracking().SingleAsync(m => m.UserId == user.Id && m.Id == id));
            return reply.Status != MessageStatus.Generating;
        }, "the reply has ended");
        return reply!;
    }
}
