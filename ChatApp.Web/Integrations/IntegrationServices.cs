using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Models;
using ChatApp.Web.Integrations.BuiltIn;
using ChatApp.Web.Integrations.BuiltIn.Recall;
using ChatApp.Web.Integrations.IFixit;
using ChatApp.Web.Integrations.Mcp;
using ChatApp.Web.Integrations.Models;
using ChatApp.Web.Integrations.Outgoing;
using ChatApp.Web.Integrations.WebSearch;
using ChatApp.Web.Personas;

namespace ChatApp.Web.Integrations;

/// <summary>Registers models, personas and tools.</summary>
public static class IntegrationServices
{
    /// <summary>
    /// Adds the models. An invalid configuration fails the start with an <see cref="InvalidOperationException"/> that names the setting.
    /// </summary>
    public static void AddModels(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddScoped<RecallService>();
        services.AddSingleton<BuiltInClient>();
        services.AddSingleton(_ => ModelSettings.From(configuration));
        services.AddSingleton<ModelCatalog>();
        services.AddSingleton<IModelCatalog>(s => s.GetRequiredService<ModelCatalog>());
        services.AddHostedService<ModelStartup>();
        services.AddHostedService<ModelWatcher>();
    }

    /// <summary>
    /// Adds the tools that models can call. An invalid configuration fails the start with an <see cref="InvalidOperationException"/> that names the setting.
    /// </summary>
    public static void AddTools(this IServiceCollection services, IConfiguration configuration)
    {
        var (servers, iFixit, webSearch) = (McpServerSettings.From(configuration), IFixitTools.ReadAddress(configuration), WebSearchSettings.From(configuration));
        services.AddSingleton(AllowedHosts.From(configuration));
        services.AddSingleton(OutgoingNetwork.Internet);
        services.AddSingleton<McpTransports>();
        services.AddToolSource(s => new IFixitTools(iFixit, s.GetRequiredService<AllowedHosts>(), s.GetRequiredService<OutgoingNetwork>(), s.GetRequiredService<TimeProvider>()));
        services.AddToolSource(s => new WebTools(webSearch, s.GetRequiredService<AllowedHosts>(), s.GetRequiredService<OutgoingNetwork>(), s.GetRequiredService<TimeProvider>()));
        services.AddToolSource(s =>
        {
            var all = ActivatorUtilities.CreateInstance<McpServers>(s, servers);
            all.Changed += s.GetRequiredService<ChangeSignals>().RaiseAllHere; // part of the live state
            return all;
        });
    }

    private static void AddToolSource<T>(this IServiceCollection services, Func<IServiceProvider, T> create)
        where T : class, IToolSource
    {
        services.AddSingleton(create);
        services.AddSingleton<IToolSource>(s => s.GetRequiredService<T>());
    }

    /// <summary>Adds the personas next to the program and those in the content root, which take precedence.</summary>
    public static void AddPersonas(this IServiceCollection services) =>
        services.AddSingleton(s => PersonaFiles.Load(
            Path.Combine(AppContext.BaseDirectory, PersonaFiles.Folder),
            Path.Combine(s.GetRequiredService<IHostEnvironment>().ContentRootPath, PersonaFiles.Folder)));
}
