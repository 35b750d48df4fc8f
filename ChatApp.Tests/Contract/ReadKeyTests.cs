using System.Net;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Npgsql;

namespace ChatApp.Tests.Contract;

/// <summary>An API key with the scope <c>read</c> creates nothing, whatever it reads.</summary>
internal sealed class ReadKeyTests : ChatFixture
{
    private const string Counts = """
        SELECT table_name, (xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I.%I', table_schema, table_name), false, true, '')))[1]::text
        FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name
        """;

    private readonly ScriptedTools _tools = new();

    protected override void Adjust(WebApplicationBuilder builder)
    {
        base.Adjust(builder);
        _tools.AddTo(builder);
    }

    [Test]
    public async Task Get_EveryRoute_LeavesTheNumberOfRowsInEveryTable()
    {
        var world = new World(App, Model, _tools);
        await world.BeginAsync();
        var secret = (await world.Owner.Client.SendJsonAsync(HttpMethod.Post, "/users/me/api-keys", new { name = "reader", scopes = new[] { "read" } }, HttpStatusCode.Created)).Text("secret");
        using var client = App.WithToken(secret);
        // The data of all calls first.
        var calls = new List<string> { "/api/state?session_id=unknown", "/api/chat/stream?session_id=unknown", "/chat/history?thread_id=unknown" };
        foreach (var entry in RouteEntry.All.Where(e => e.Method == HttpMethod.Get))
        {
            calls.Add((await entry.Call(world)).Path);
        }
        var before = await CountAsync();

        var statuses = new List<HttpStatusCode>();
        foreach (var path in calls)
        {
            using var response = await client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
            statuses.Add(response.StatusCode);
        }

        Assert.That(statuses.Take(2), Is.All.EqualTo(HttpStatusCode.NotFound), "with the scope chat, these would create a session");
        Assert.That(statuses.Count(s => s == HttpStatusCode.OK), Is.GreaterThan(15));
        Assert.That(await CountAsync(), Is.EqualTo(before));
    }

    private async Task<List<string>> CountAsync()
    {
        await using var connection = new NpgsqlConnection(App.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(Counts, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add($"{reader.GetString(0)}: {reader.GetString(1)}");
        }
        return rows;
    }
}
