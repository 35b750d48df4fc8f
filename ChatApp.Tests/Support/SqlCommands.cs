using System.Collections.Concurrent;
using System.Diagnostics;

namespace ChatApp.Tests.Support;

/// <summary>The SQL commands of one request, as Npgsql reports them, including those that bypass EF Core.</summary>
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

    /// <summary>The commands so far, in order of completion.</summary>
    public IReadOnlyList<string> Texts => [.. _texts];

    /// <summary>Marks the request whose commands are recorded.</summary>
    public HttpRequestMessage Get(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("traceparent", $"00-{_trace}-{ActivitySpanId.CreateRandom()}-01");
        return request;
    }

    public void Dispose() => _listener.Dispose();

    // Other tests run at the same time in this process.
    private void Record(Activity activity)
    {
        if (activity.TraceId == _trace && (activity.GetTagItem("db.query.text") ?? activity.GetTagItem("db.statement")) is string text)
        {
            _texts.Enqueue(text);
        }
    }
}
