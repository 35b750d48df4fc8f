using ChatApp.Domain.Analytics;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Tools;
using ChatApp.Domain.Completions;
using ChatApp.Domain.Export;
using ChatApp.Domain.Search;
using ChatApp.Domain.Sessions;
using ChatApp.Web.Features.Accounts;
using ChatApp.Web.Features.Admin;
using ChatApp.Web.Features.Completions;
using ChatApp.Web.Features.Export;
using ChatApp.Web.Features.Mcp;

namespace ChatApp.Web.Features;

public static class DomainServices
{
    /// <summary>The services that the controllers call.</summary>
    public static void AddChatDomain(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<ChatSettings>(configuration.GetSection("Chat"));
        services.AddOptions<SessionSettings>().Bind(configuration.GetSection("Sessions"))
            .Validate(s => s.AreUsable, "The durations in the section Sessions must be positive, and the interval at most a day.").ValidateOnStart();
        services.Configure<AccountSettings>(configuration.GetSection("Accounts"));
        services.AddScoped<RegistrationService>();
        services.AddScoped<SessionService>();
        services.AddScoped<TrashService>();
        services.AddScoped<SessionCleanup>();
        services.AddScoped<MessageService>();
        services.AddScoped<SearchService>();
        services.AddScoped<AnalyticsService>();
        services.AddScoped<ExportService>();
        services.AddExports(configuration);
        services.AddScoped<ChatService>();
        services.AddSingleton<ReplyReader>();
        services.AddScoped<ReplyCloser>();
        services.AddScoped<ReplyPreparation>();
        services.AddScoped<ReplyControl>();
        services.AddScoped<UnfinishedReplies>();
        services.AddScoped<QuotaService>();
        services.AddScoped<TitleService>();
        services.AddScoped<CompletionService>();
        services.AddScoped<CompletionAnswers>();
        services.AddSingleton<SessionWatcher>();
        services.AddSingleton<UserFeed>();
        services.AddSingleton<McpCommands>();
        services.AddSingleton<ToolSources>();
        services.AddSingleton<UserSignals>();
        services.AddSingleton<ReplyFeed>();
        services.AddSingleton<ReplyFollower>();
        services.AddSingleton<ReplyRecovery>();
        services.AddSingleton<JournalWriter>();
        services.AddSingleton<Toolbox>();
        services.AddSingleton<ToolApprovals>();
        services.AddSingleton<ToolRunner>();
        services.AddSingleton<ToolLoop>();
        services.AddSingleton<ProviderCaller>();
        services.AddSingleton<ReplyGenerator>();
        services.AddSingleton<TitleMaker>();
    }
}
