using ChatApp.Domain.Chat.Ports;

namespace ChatApp.Web.Background;

public static class BackgroundServices
{
    public static void AddBackgroundWork(this IServiceCollection services)
    {
        services.AddSingleton<ReplyWorker>();
        services.AddSingleton<IReplyQueue>(s => s.GetRequiredService<ReplyWorker>());
        services.AddHostedService<JournalWorker>();
        services.AddHostedService<FollowerWorker>();
        services.AddHostedService<RecoveryWorker>();
        services.AddHostedService<HousekeepingWorker>();
        services.AddHostedService<CleanupWorker>();
        services.AddHostedService<StreamWorker>();
        services.AddHostedService(s => s.GetRequiredService<ReplyWorker>());
    }
}
