using ChatApp.Data;
using ChatApp.Domain.Errors;

namespace ChatApp.Web.Background;

/// <summary>Tidies the database up, at start and every hour.</summary>
public sealed class HousekeepingWorker(IServiceScopeFactory scopes, TimeProvider clock) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<Housekeeping>().CleanUpAsync(stoppingToken);
            }
            catch (Exception e) when (e.IsDatabaseUnavailable)
            {
                // The next time will do.
            }
            await Task.Delay(Housekeeping.Interval, clock, stoppingToken);
        }
    }
}
