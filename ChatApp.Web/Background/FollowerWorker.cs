using ChatApp.Domain.Chat;

namespace ChatApp.Web.Background;

/// <summary>Lets the copies of answers written elsewhere grow.</summary>
public sealed class FollowerWorker(ReplyFollower follower, TimeProvider clock, ILogger<FollowerWorker> log) : RepeatedWork(clock, log)
{
    protected override async Task<TimeSpan> DoAsync(CancellationToken ct)
    {
        await follower.RunAsync(ct);
        return TimeSpan.Zero;
    }
}
