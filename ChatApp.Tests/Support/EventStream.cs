using System.Net;
using System.Text;
using System.Text.Json;

namespace ChatApp.Tests.Support;

/// <summary>A server-sent event as received.</summary>
internal sealed record ServerEvent(string? Id, string? Name, JsonElement Data)
{
    public string Type => Data.Text("type");
}

/// <summary>Reads server-sent events one by one, and keeps every line.</summary>
internal sealed class EventStream : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;
    private readonly List<string> _lines = [];

    private EventStream(HttpResponseMessage response, Stream body) => (_response, _reader) = (response, new StreamReader(body, new UTF8Encoding(false, true)));

    public IReadOnlyList<string> Lines => _lines;

    public HttpResponseMessage Response => _response;

    public static Task<EventStream> PostAsync(HttpClient client, object body, string path = "/chat/stream") =>
        OpenAsync(client, new HttpRequestMessage(HttpMethod.Post, path) { Content = System.Net.Http.Json.JsonContent.Create(body) });

    public static Task<EventStream> GetAsync(HttpClient client, string path) => OpenAsync(client, new HttpRequestMessage(HttpMethod.Get, path));

    /// <summary>Resumes the stream of a reply.</summary>
    public static Task<EventStream> ResumeAsync(HttpClient client, string messageId, string? lastEventId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/chat/messages/{messageId}/stream");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }
        return OpenAsync(client, request);
    }

    private static async Task<EventStream> OpenAsync(HttpClient client, HttpRequestMessage request)
    {
        using (request)
        {
            return await ReadAsync(await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
        }
    }

    /// <summary>Reads a response, which must be a stream.</summary>
    public static async Task<EventStream> ReadAsync(HttpResponseMessage response)
    {
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/event-stream"));
        return new EventStream(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event; null at the end of the stream.</summary>
    public async Task<ServerEvent?> NextAsync()
    {
        using var patience = new CancellationTokenSource(Eventually.Patience);
        var (id, name, data) = ((string?)null, (string?)null, (string?)null);
        while (await _reader.ReadLineAsync(patience.Token) is { } line)
        {
            _lines.Add(line);
            if (line.Length == 0)
            {
                return new(id, name, JsonElement.Parse(data!));
            }
            var (field, value) = (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].TrimStart());
            (id, name, data) = (field == "id" ? value : id, field == "event" ? value : name, field == "data" ? value : data);
        }
        return null;
    }

    /// <summary>All events to the end of the stream.</summary>
    public async Task<List<ServerEvent>> RestAsync()
    {
        var events = new List<ServerEvent>();
        while (await NextAsync() is { } next)
        {
            events.Add(next);
        }
        return events;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }
}

internal static class ServerEvents
{
    extension(IEnumerable<ServerEvent> events)
    {
        /// <summary>The text of all token events.</summary>
        public string Tokens() => string.Concat(events.Where(e => e.Type == "token").Select(e => e.Data.Text("content")));
    }
}
