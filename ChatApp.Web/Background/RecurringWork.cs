using ChatApp.Domain.Errors;

namespace ChatApp.Web.Background;

/// <summary>
/// Work that is repeated until the app stops, each tick in its own scope of services. A tick that fails is retried: an unhandled exception would
/// end the app, or at least the work.
/// </summary>
/// <param name="name">The name of the work in the log.</param>
/// <param name="tick">Runs once and returns the time until the next tick.</param>
/// <param name="scopes">Creates the scopes.</param>
/// <param name="clock">Measures the time between two ticks.</param>
/// <param name="log">The log.</param>
public sealed partial class RecurringWork(
    string name, Func<IServiceProvider, CancellationToken, Task<TimeSpan>> tick, IServiceScopeFactory scopes, TimeProvider clock, ILogger<RecurringWork> log)
    : BackgroundService
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(await TickAsync(stoppingToken), clock, stoppingToken);
        }
    }

    private async Task<TimeSpan> TickAsync(CancellationToken ct)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            return await tick(scope.ServiceProvider, ct);
        }
#pragma warning disable CA1031 // see above
        catch (Exception e) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (!e.IsDatabaseUnavailable)
            {
                LogFailed(name, e.GetBaseException().GetType().Name, e.StackTrace); // not its message, which may contain the chat
            }
            return RetryInterval;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Work} failed, retrying: {Exception}\n{StackTrace}")]
    private partial void LogFailed(string work, string exception, string? stackTrace);
}
