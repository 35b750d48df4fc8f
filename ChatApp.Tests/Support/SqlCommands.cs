using System.Collections.Concurrent;
using System.Diagnostics;

namespace ChatApp.Tests.Support;

/// <summary>The SQL commands that one request causes, as Npgsql itself tells of them: also those that pass EF Core by.</summary>
internal sealed class SqlCommands : IDisposable
{
    private readonly ActivityTraceId _trace = ActivityTraceId.CreateRandom();
    private readonly ConcurrentQueue<string> _texts = new();
    private readonly ActivityListener _listener;

    public SqlCommands()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Record,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>So far, in the order of their ends.</summary>
    public IReadOnlyList<string> Texts => [.. _texts];

    /// <summary>Marks the request whose commands are of interest.</summary>
    public HttpRequestMessage Get(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("traceparent", $"00-{_trace}-{ActivitySpanId.CreateRandom()}-01");
        return request;
    }

    public void Dispose() => _listener.Dispose();

    // Other tests run at the same time, in this process too.
    private void Record(Activity activity)
    {
        if (activity.TraceId == _trace && (activity.GetTagItem("db.query.text") ?? activity.GetTagItem("db.statement")) is string text)
        {
            _texts.Enqueue(text);
        }
    }
}
