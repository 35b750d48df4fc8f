using System.Collections.Concurrent;
using System.Diagnostics;

namespace ChatApp.Tests.Support;

/// <summary>
/// All distinct statements that apps in this process have run since the first test, as Npgsql reports them, including those that bypass EF Core.
/// The tests' own queries are excluded.
/// </summary>
internal static class RecordedSql
{
    private static readonly ConcurrentDictionary<string, byte> Seen = new();
    private static readonly AsyncLocal<bool> IsTest = new();
    private static ActivityListener? _listener;

    public static IReadOnlyList<string> Statements => [.. Seen.Keys.Order(StringComparer.Ordinal)];

    public static void Start()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = Record,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public static void Stop() => _listener?.Dispose();

    /// <summary>Runs a test's own query.</summary>
    public static async Task<T> PauseAsync<T>(Func<Task<T>> look)
    {
        IsTest.Value = true; // until this method returns
        return await look();
    }

    // The app names its connections; tests' own connections have no name.
    private static void Record(Activity activity)
    {
        if (!IsTest.Value && activity.GetTagItem("db.query.text") is string text
            && activity.GetTagItem("db.npgsql.data_source") is string pool && pool.Contains("Application Name=ChatApp", StringComparison.OrdinalIgnoreCase))
        {
            Seen.TryAdd(text, 0);
        }
    }
}
