using ChatApp.Domain.Analytics;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation;
using ChatApp.Domain.Chat.Generation.Titles;
using ChatApp.Domain.Chat.Generation.Tools;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Completions;
using ChatApp.Domain.Export;
using ChatApp.Domain.LiveState;
using ChatApp.Domain.Search;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.ToolCommands;
using ChatApp.Domain.Usage;
using ChatApp.Web.Features.Accounts;
using ChatApp.Web.Features.Admin;
using ChatApp.Web.Features.Chat;
using ChatApp.Web.Features.Completions;
using ChatApp.Web.Features.Export;
using ChatApp.Web.Features.Mcp;

namespace ChatApp.Web.Features;

public static class DomainServices
{
    /// <summary>The services that the controllers call.</summary>
    public static void AddChatDomain(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ChatSettings>().Bind(configuration.GetSection("Chat"))
            .Validate(s => s.MaxGeneratingReplies > 0, "Chat:MaxGeneratingReplies must be positive.").ValidateOnStart();
        services.AddOptions<QuotaSettings>().Bind(configuration.GetSection("Quotas"))
            .Validate(s => s.DefaultTokens is not < 0, "Quotas:DefaultTokens must not be negative.").ValidateOnStart();
        services.AddOptions<SessionSettings>().Bind(configuration.GetSection("Sessions"))
            .Validate(s => s.AreUsable, "The durations in the section Sessions must be positive, and the interval at most a day.").ValidateOnStart();
        services.AddHostedService<SetupLink>();
        services.AddScoped<SessionService>();
        services.AddScoped<TrashService>();
        services.AddScoped<SessionCleanup>();
        services.AddScoped<MessageService>();
        services.AddScoped<SearchService>();
        services.AddScoped<AnalyticsService>();
        services.AddScoped<ExportService>();
        services.AddExports(configuration);
        services.AddScoped<AccountExport>();
        services.AddScoped<ChatService>();
        services.AddScoped<MessageRules>();
        services.AddScoped<ReplyService>();
        services.AddScoped<PromptBuilder>();
        services.AddSingleton<ReplyReader>();
        services.AddScoped<QuotaService>();
        services.AddScoped<CompletionService>();
        services.AddScoped<CompletionReplies>();
        services.AddSingleton<SessionWatcher>();
        services.AddSingleton<UserFeed>();
        services.AddScoped<CommandApprovals>();
        services.AddScoped<McpCommands>();
        services.AddSingleton<ToolSources>();
        services.AddSingleton<ChangeSignals>();
        services.AddSingleton<RunningReplies>();
        services.AddSingleton<ReplyJournalWriter>();
        services.AddSingleton<ReplyRecovery>();
        services.AddSingleton<ModelCaller>();
        services.AddSingleton<TitleGenerator>();
        services.AddSingleton<ToolApprovals>();
        services.AddScoped<ToolDecisions>();
        services.AddSingleton<ToolRunner>();
        services.AddSingleton<ToolLoop>();
        services.AddSingleton<ReplyGenerator>();
    }
}
