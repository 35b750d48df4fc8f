namespace ChatApp.Web.Integrations.Models;

/// <summary>
/// Asks the servers for their models as soon as the app runs, so that the first page knows them, and looks for a local Ollama as long as nothing is
/// configured. The start waits for neither.
/// </summary>
internal sealed class ModelWatcher(ModelCatalog models, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await models.AskAsync().WaitAsync(stoppingToken);
        while (models.Local is { } local)
        {
            await Task.Delay(Interval, clock, stoppingToken);
            await local.AskAsync().WaitAsync(stoppingToken);
        }
    }
}
