using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Personas;

namespace ChatApp.Web.Integrations.Models;

/// <summary>Reads models and personas when the app starts: a mistake in their configuration must show then, not at the first message.</summary>
internal sealed partial class ModelStartup(IModelCatalog models, PersonaCatalog personas, ILogger<ModelStartup> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var model = models.Get(null);
        LogReady(model.Provider, model.Name, personas.All.Count);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "Answers come from {Provider}, model {Model}; there are {Personas} personas")]
    private partial void LogReady(string provider, string model, int personas);
}
