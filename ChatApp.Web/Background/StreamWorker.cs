using ChatApp.Data.Accounts;
using ChatApp.Web.Infrastructure;

namespace ChatApp.Web.Background;

/// <summary>Ends the streams of sign-ins that have ended, on whichever instance: one look for all of them every few seconds.</summary>
public sealed class StreamWorker(OpenStreams streams, IServiceScopeFactory scopes, TimeProvider clock, ILogger<StreamWorker> log) : RepeatedWork(clock, log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    protected override async Task<TimeSpan> DoAsync(CancellationToken ct)
    {
        var logins = streams.Logins;
        if (logins.Count > 0)
        {
            await using var scope = scopes.CreateAsyncScope();
            streams.End(await scope.ServiceProvider.GetRequiredService<LoginService>().FindEndedAsync(logins, ct));
        }
        return Interval;
    }
}
