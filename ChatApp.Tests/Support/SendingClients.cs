using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace ChatApp.Tests.Support;

/// <summary>
/// Clients that send messages without pause, each in its own session, with the idempotency key as the text. Without a conclusive response they retry with
/// the same key, as clients should; so at the end there must be exactly one message per key.
/// </summary>
internal sealed class SendingClients
{
    private readonly ConcurrentDictionary<string, Acknowledged> _acknowledged = new();
    private readonly ConcurrentDictionary<HttpStatusCode, int> _statuses = new();
    private readonly List<Task> _clients = [];
    private int _unknown;
    private volatile bool _stopping;

    /// <summary>The number of accepted messages.</summary>
    public int Count => _acknowledged.Count;

    /// <summary>The number of requests that were retried because they failed or their outcome is unknown.</summary>
    public int Retries => _unknown + _statuses.GetValueOrDefault(HttpStatusCode.ServiceUnavailable);

    /// <summary>The statuses of all responses so far.</summary>
    public IReadOnlyCollection<HttpStatusCode> Statuses => [.. _statuses.Keys];

    /// <summary>Starts one client per connection.</summary>
    public static async Task<SendingClients> StartAsync(params HttpClient[] connections)
    {
        var clients = new SendingClients();
        foreach (var (connection, i) in connections.Select((c, i) => (c, i)))
        {
            var session = (await connection.SendJsonAsync(HttpMethod.Post, "/chat/sessions", new { }, HttpStatusCode.Created)).Text("id");
            clients._clients.Add(Task.Run(() => clients.SendAsync(connection, session, i)));
        }
        return clients;
    }

    /// <summary>Waits until this many more messages have been accepted.</summary>
    public Task MoreAsync(int messages)
    {
        var goal = Count + messages;
        return Eventually.TrueAsync(() => Count >= goal || _clients.Exists(c => c.IsFaulted), "messages are accepted");
    }

    /// <summary>Stops the clients, each after its current message.</summary>
    public async Task StopAsync()
    {
        _stopping = true;
        await Task.WhenAll(_clients).WaitAsync(Eventually.Patience);
    }

    /// <summary>Each message is stored once and in order, and its key still returns the first result.</summary>
    public async Task AssertNothingLostAsync(HttpClient connection)
    {
        foreach (var session in _acknowledged.Values.GroupBy(a => a.Session))
        {
            var stored = await ReadAsync(connection, session.Key);
            var expected = session.OrderBy(a => a.Number).Select(a => (a.Key, a.MessageId));
            Assert.That(stored.Where(m => m.Text("role") == "user").Select(m => (m.Text("content"), m.Text("id"))), Is.EqualTo(expected));
            var replies = stored.Where(m => m.Text("role") == "assistant").Select(m => m.Text("status")).ToList();
            Assert.That(replies, Has.Count.EqualTo(session.Count()));
            Assert.That(replies, Has.None.EqualTo("failed"), "a reply needs the database only at its start and its end, and can wait for it");
            var last = session.MaxBy(a => a.Number)!;
            Assert.That((await PostAsync(connection, last.Session, last.Key)).Id, Is.EqualTo(last.MessageId));
        }
    }

    private async Task SendAsync(HttpClient connection, string session, int client)
    {
        for (var i = 0; !_stopping; i++)
        {
            var key = $"client {client} message {i}";
            (HttpStatusCode? Status, string? Id) response;
            while ((response = await PostAsync(connection, session, key)).Id is null)
            {
                Assert.That(response.Status, Is.Null.Or.EqualTo(HttpStatusCode.Conflict).Or.EqualTo(HttpStatusCode.ServiceUnavailable));
                await Task.Delay(20);
            }
            _acknowledged[key] = new(session, key, i, response.Id);
        }
    }

    private async Task<(HttpStatusCode? Status, string? Id)> PostAsync(HttpClient connection, string session, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/chat/sessions/{session}/messages") { Content = System.Net.Http.Json.JsonContent.Create(new { content = key }) };
        request.Headers.Add("Idempotency-Key", key);
        try
        {
            using var response = await connection.SendAsync(request);
            _statuses.AddOrUpdate(response.StatusCode, 1, (_, n) => n + 1);
            return (response.StatusCode, response.StatusCode == HttpStatusCode.Created ? (await response.JsonAsync()).Text("id") : null);
        }
        catch (HttpRequestException)
        {
            Interlocked.Increment(ref _unknown);
            return default;
        }
    }

    private static async Task<List<JsonElement>> ReadAsync(HttpClient connection, string session)
    {
        var (all, cursor) = (new List<JsonElement>(), "");
        do
        {
            var page = await connection.GetJsonAsync($"/chat/sessions/{session}/messages?limit=200&cursor={cursor}");
            all.InsertRange(0, page.Items("messages"));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);
        return all;
    }

    private sealed record Acknowledged(string Session, string Key, int Number, string MessageId);
}
