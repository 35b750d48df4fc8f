using ChatApp.Data.Accounts;
using ChatApp.Data.Instances;
using ChatApp.Data.Replies;
using ChatApp.Data.Search;
using ChatApp.Data.Security;
using ChatApp.Data.Startup;
using ChatApp.Data.Usage;
using ChatApp.Domain;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Search;
using ChatApp.Domain.Usage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ChatApp.Data;

/// <summary>Registers the database and the services that store data in it.</summary>
public static class DataServices
{
    public static IServiceCollection AddChatData(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<DatabaseSettings>(configuration.GetSection("Database"));
        services.Configure<DatabaseSettings>(s => s.ConnectionString = configuration.GetConnectionString("ChatApp"));
        services.AddSingleton<DatabaseConnection>();
        services.AddDbContextPool<ChatDbContext>((s, o) => o.UseChatApp(s.GetRequiredService<DatabaseConnection>().Source));
        services.AddScoped<IChatDb>(s => s.GetRequiredService<ChatDbContext>());
        services.AddHostedService<DatabaseStartup>();
        services.AddSingleton<PostgresInstances>();
        services.AddSingleton<IInstances>(s => s.GetRequiredService<PostgresInstances>());
        services.AddSingleton<IReplyJournal, ReplyJournal>();
        services.AddScoped<IReplyStore, ReplyStore>();
        services.AddScoped<IUsageLedger, UsageLedger>();
        services.AddHostedService<InstanceConnection>();
        services.AddScoped<IMessageSearch, MessageSearch>();
        services.AddScoped<Housekeeping>();
        services.AddOptions<SecuritySettings>().Bind(configuration.GetSection("Security"))
            .Validate(s => s.IsUsable, "Security:LogRetention must be positive.").ValidateOnStart();
        services.AddScoped<SecurityLog>();
        services.AddScoped<SecurityEvents>();
        services.AddScoped<AttemptLimiter>();
        services.AddAccounts(configuration);
        services.AddDataProtection().SetApplicationName("ChatApp");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(s => new ConfigureOptions<KeyManagementOptions>(
            o => o.XmlRepository = new DatabaseXmlRepository(s.GetRequiredService<IServiceScopeFactory>())));
        return services;
    }
}
