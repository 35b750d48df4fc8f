using ChatApp.Domain.Models;
using ChatApp.Domain.Personas;

namespace ChatApp.Web.Integrations.Models;

/// <summary>Loads models and personas when the app starts, so that a mistake in their configuration fails the start and not the first message.</summary>
internal sealed partial class ModelStartup(IModelCatalog models, PersonaCatalog personas, ILogger<ModelStartup> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var model = models.Get(null);
        LogReady(model.Provider, model.Name, personas.All.Count);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "The default model is {Model} of {Provider}; {Personas} personas loaded")]
    private partial void LogReady(string provider, string model, int personas);
}
