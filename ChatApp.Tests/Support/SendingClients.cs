using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace ChatApp.Tests.Support;

/// <summary>
/// Clients that send messages without pause, each with a key as its text, in a session of their own. What they get no clear answer to they send again with
/// the same key, as a client should; so when they have stopped, each key must be one message.
/// </summary>
internal sealed class SendingClients
{
    private readonly ConcurrentDictionary<string, Acknowledged> _acknowledged = new();
    private readonly ConcurrentDictionary<HttpStatusCode, int> _statuses = new();
    private readonly List<Task> _clients = [];
    private int _unknown;
    private volatile bool _stopping;

    /// <summary>How many messages have been accepted.</summary>
    public int Count => _acknowledged.Count;

    /// <summary>How many requests have had to be sent again because they failed or nobody knows what became of them.</summary>
    public int Retries => _unknown + _statuses.GetValueOrDefault(HttpStatusCode.ServiceUnavailable);

    /// <summary>Which answers there were.</summary>
    public IReadOnlyCollection<HttpStatusCode> Statuses => [.. _statuses.Keys];

    /// <summary>Starts clients that use these connections.</summary>
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

    /// <summary>Waits until so many more messages have been accepted.</summary>
    public Task MoreAsync(int messages)
    {
        var goal = Count + messages;
        return Eventually.TrueAsync(() => Count >= goal || _clients.Exists(c => c.IsFaulted), "messages are accepted");
    }

    /// <summary>Lets each client bring the message that it is at to its end.</summary>
    public async Task StopAsync()
    {
        _stopping = true;
        await Task.WhenAll(_clients).WaitAsync(Eventually.Patience);
    }

    /// <summary>Each message is there once, in the place that its client was told, and its key still gives the first answer.</summary>
    public async Task AssertNothingLostAsync(HttpClient connection)
    {
        foreach (var session in _acknowledged.Values.GroupBy(a => a.Session))
        {
            var stored = await ReadAsync(connection, session.Key);
            var expected = session.OrderBy(a => a.Number).Select(a => (a.Key, a.MessageId));
            Assert.That(stored.Where(m => m.Text("role") == "user").Select(m => (m.Text("content"), m.Text("id"))), Is.EqualTo(expected));
            var answers = stored.Where(m => m.Text("role") == "assistant").Select(m => m.Text("status")).ToList();
            Assert.That(answers, Has.Count.EqualTo(session.Count()));
            Assert.That(answers, Has.None.EqualTo("failed"), "an answer needs no database but at its beginning and its end, and can wait for it");
            var last = session.MaxBy(a => a.Number)!;
            Assert.That((await PostAsync(connection, last.Session, last.Key)).Id, Is.EqualTo(last.MessageId));
        }
    }

    private async Task SendAsync(HttpClient connection, string session, int client)
    {
        for (var i = 0; !_stopping; i++)
        {
            var key = $"client {client} message {i}";
            (HttpStatusCode? Status, string? Id) answer;
            while ((answer = await PostAsync(connection, session, key)).Id is null)
            {
                Assert.That(answer.Status, Is.Null.Or.EqualTo(HttpStatusCode.Conflict).Or.EqualTo(HttpStatusCode.ServiceUnavailable));
                await Task.Delay(20);
            }
            _acknowledged[key] = new(session, key, i, answer.Id);
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
