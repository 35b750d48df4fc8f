using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Search;
using ChatApp.Web.Integrations.BuiltIn;
using ChatApp.Web.Personas;

namespace ChatApp.Web.Integrations;

/// <summary>Registers what answers: models and the characters that they play.</summary>
public static class IntegrationServices
{
    /// <summary>
    /// Adds the models. If their configuration makes no sense, the start fails with an <see cref="InvalidOperationException"/> that names the setting.
    /// </summary>
    public static void AddModels(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddScoped<RecallService>();
        services.AddSingleton<BuiltInClient>();
        services.AddSingleton<IModelCatalog>(s => new ModelCatalog(
            ModelSettings.From(configuration), s.GetRequiredService<BuiltInClient>(), s.GetRequiredService<TimeProvider>()));
        services.AddHostedService<ModelStartup>();
    }

    /// <summary>Adds the personas that lie beside the program and those that the operator has put into the content root, which win.</summary>
    public static void AddPersonas(this IServiceCollection services) =>
        services.AddSingleton(s => PersonaFiles.Load(
            Path.Combine(AppContext.BaseDirectory, PersonaFiles.Folder),
            Path.Combine(s.GetRequiredService<IHostEnvironment>().ContentRootPath, PersonaFiles.Folder)));
}
