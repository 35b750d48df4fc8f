using ChatApp.Data;

namespace ChatApp.Web.Background;

/// <summary>Tidies the database up, at start and every hour.</summary>
public sealed class HousekeepingWorker(IServiceScopeFactory scopes, TimeProvider clock, ILogger<HousekeepingWorker> log) : RepeatedWork(clock, log)
{
    protected override async Task<TimeSpan> DoAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<Housekeeping>().CleanUpAsync(ct);
        return Housekeeping.Interval;
    }
}
