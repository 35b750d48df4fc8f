using ChatApp.Domain.Sessions;
using Microsoft.Extensions.Options;

namespace ChatApp.Web.Background;

/// <summary>Removes expired sessions and empties the trash of old ones, at start and at regular intervals.</summary>
public sealed class CleanupWorker(IServiceScopeFactory scopes, IOptions<SessionSettings> settings, TimeProvider clock, ILogger<CleanupWorker> log) : RepeatedWork(clock, log)
{
    protected override async Task<TimeSpan> DoAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<SessionCleanup>().RunAsync(ct);
        return settings.Value.CleanupInterval;
    }
}
