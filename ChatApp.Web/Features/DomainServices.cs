using ChatApp.Domain.Chat;
using ChatApp.Domain.Sessions;
using ChatApp.Web.Features.Accounts;

namespace ChatApp.Web.Features;

public static class DomainServices
{
    /// <summary>The services that the controllers call.</summary>
    public static void AddChatDomain(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<ChatSettings>(configuration.GetSection("Chat"));
        services.Configure<SessionSettings>(configuration.GetSection("Sessions"));
        services.Configure<AccountSettings>(configuration.GetSection("Accounts"));
        services.AddScoped<RegistrationService>();
        services.AddScoped<SessionService>();
        services.AddScoped<TrashService>();
        services.AddScoped<MessageService>();
        services.AddScoped<ChatService>();
        services.AddScoped<ReplyReader>();
        services.AddScoped<ReplyCloser>();
        services.AddScoped<ReplyPreparation>();
        services.AddScoped<ReplyControl>();
        services.AddScoped<UnfinishedReplies>();
        services.AddScoped<QuotaService>();
        services.AddScoped<SessionWatcher>();
        services.AddScoped<UserFeed>();
        services.AddSingleton<UserSignals>();
        services.AddSingleton<ReplyFeed>();
        services.AddSingleton<ReplyFollower>();
        services.AddSingleton<ReplyRecovery>();
        services.AddSingleton<JournalWriter>();
        services.AddSingleton<ProviderCaller>();
        services.AddSingleton<ReplyGenerator>();
    }
}
