using ChatApp.Domain.Errors;

namespace ChatApp.Web.Background;

/// <summary>
/// Work that is done again and again until the app stops. Whatever goes wrong, it is tried again: an exception that gets out would end the app, or at least
/// the work, for good.
/// </summary>
public abstract partial class RepeatedWork(TimeProvider clock, ILogger log) : BackgroundService
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>Does it once.</summary>
    /// <returns>When to do it again.</returns>
    protected abstract Task<TimeSpan> DoAsync(CancellationToken ct);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(await TryAsync(stoppingToken), clock, stoppingToken);
        }
    }

    private async Task<TimeSpan> TryAsync(CancellationToken ct)
    {
        try
        {
            return await DoAsync(ct);
        }
#pragma warning disable CA1031 // see above
        catch (Exception e) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (!e.IsDatabaseUnavailable)
            {
                LogFailed(GetType().Name, e.GetBaseException().GetType().Name, e.StackTrace); // not its message, which may contain the chat
            }
            return AfterFailure;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Work} failed, trying again: {Exception}\n{StackTrace}")]
    private partial void LogFailed(string work, string exception, string? stackTrace);
}
