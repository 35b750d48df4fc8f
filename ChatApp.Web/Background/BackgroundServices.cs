using ChatApp.Data;
using ChatApp.Data.Accounts;
using ChatApp.Data.Accounts.Deletion;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Sessions;
using ChatApp.Web.Infrastructure;
using Microsoft.Extensions.Options;

namespace ChatApp.Web.Background;

public static class BackgroundServices
{
    /// <summary>How soon an open stream ends after its sign-in has ended on any instance.</summary>
    private static readonly TimeSpan StreamInterval = TimeSpan.FromSeconds(3);

    public static void AddBackgroundWork(this IServiceCollection services)
    {
        services.AddRecurringWork("The reply journal", async (ReplyJournalWriter journal, CancellationToken ct) =>
        {
            await journal.TickAsync(ct);
            return ReplyJournalWriter.Interval;
        });
        services.AddRecurringWork("Following other instances", async (RunningReplies running, CancellationToken ct) =>
        {
            await running.FollowAsync(ct); // waits for the next signal
            return TimeSpan.Zero;
        });
        services.AddRecurringWork("The recovery of replies", (ReplyRecovery recovery, CancellationToken ct) => recovery.TickAsync(ct));
        services.AddRecurringWork("The clean-up of sign-ins and keys", async (Housekeeping housekeeping, CancellationToken ct) =>
        {
            await housekeeping.CleanUpAsync(ct);
            return Housekeeping.Interval;
        });
        services.AddRecurringWork("The deletion of accounts", async (AccountDeletion deletion, DeletionSignal due, CancellationToken ct) =>
        {
            await deletion.RunAsync(ct);
            await due.WaitAsync(AccountDeletion.Interval, ct);
            return TimeSpan.Zero;
        });
        services.AddRecurringWork("The clean-up of sessions", async (SessionCleanup cleanup, IOptions<SessionSettings> settings, CancellationToken ct) =>
        {
            await cleanup.RunAsync(ct);
            return settings.Value.CleanupInterval;
        });
        services.AddRecurringWork("Ending the streams of ended sign-ins", async (OpenStreams streams, LoginService logins, CancellationToken ct) =>
        {
            if (streams.Logins is { Count: > 0 } open)
            {
                streams.End(await logins.FindEndedAsync(open, ct));
            }
            return StreamInterval;
        });
        services.AddSingleton<UnusedMemory>();
        services.AddRecurringWork("Returning unused memory", (UnusedMemory memory, CancellationToken _) =>
        {
            memory.Tick();
            return Task.FromResult(UnusedMemory.Interval);
        });
        services.AddHostedService<ReplyWorker>();
    }

    private static void AddRecurringWork<T>(this IServiceCollection services, string name, Func<T, CancellationToken, Task<TimeSpan>> tick)
        where T : notnull =>
        services.AddRecurringWork(name, (s, ct) => tick(s.GetRequiredService<T>(), ct));

    private static void AddRecurringWork<T1, T2>(this IServiceCollection services, string name, Func<T1, T2, CancellationToken, Task<TimeSpan>> tick)
        where T1 : notnull
        where T2 : notnull =>
        services.AddRecurringWork(name, (s, ct) => tick(s.GetRequiredService<T1>(), s.GetRequiredService<T2>(), ct));

    // One hosted service each: AddHostedService would register the class only once.
    private static void AddRecurringWork(this IServiceCollection services, string name, Func<IServiceProvider, CancellationToken, Task<TimeSpan>> tick) =>
        services.AddSingleton<IHostedService>(s => ActivatorUtilities.CreateInstance<RecurringWork>(s, name, tick));
}
