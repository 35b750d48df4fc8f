using ChatApp.Data.Accounts;
using ChatApp.Domain.Errors;
using ChatApp.Web.Infrastructure;

namespace ChatApp.Web.Background;

/// <summary>Ends the streams of sign-ins that have ended, on whichever instance: one look for all of them every few seconds.</summary>
public sealed class StreamWorker(OpenStreams streams, IServiceScopeFactory scopes, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, clock, stoppingToken);
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception e) when (e.IsDatabaseUnavailable)
            {
                // It looks again anyway.
            }
        }
    }

    private async Task LookAsync(CancellationToken ct)
    {
        var logins = streams.Logins;
        if (logins.Count > 0)
        {
            await using var scope = scopes.CreateAsyncScope();
            streams.End(await scope.ServiceProvider.GetRequiredService<LoginService>().FindEndedAsync(logins, ct));
        }
    }
}
