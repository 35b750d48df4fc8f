using System.Diagnostics;
using ChatApp.Data.Checks;
using Npgsql;

namespace ChatApp.Tests.Support;

/// <summary>The rules of the data, which must hold whatever a test has done (see <see cref="DatabaseCheck"/>). Checked whenever an app of a test stops.</summary>
internal static class DataRules
{
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(20);

    /// <summary>Waits until no rule is violated: the replies of a killed instance are closed only after a moment.</summary>
    public static async Task AssertKeptAsync(string connectionString)
    {
        var started = Stopwatch.GetTimestamp();
        IReadOnlyList<Violation> violations;
        while ((violations = await CheckAsync(connectionString)).Count > 0 && Stopwatch.GetElapsedTime(started) < Recovery)
        {
            await Task.Delay(100);
        }
        Assert.That(violations, Is.Empty);
    }

    private static Task<IReadOnlyList<Violation>> CheckAsync(string connectionString) => RecordedSql.PauseAsync(async () =>
    {
        await using var connection = new NpgsqlConnection($"{connectionString};Pooling=false"); // the server may be another one than the last time
        await connection.OpenAsync();
        return await DatabaseCheck.RunAsync(connection, CancellationToken.None);
    });
}
