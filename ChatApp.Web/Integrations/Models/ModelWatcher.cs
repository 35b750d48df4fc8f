namespace ChatApp.Web.Integrations.Models;

/// <summary>
/// Lists the servers' models when the app has started, so that the first page shows them, and looks for a local Ollama if nothing is configured.
/// The start does not wait for either.
/// </summary>
internal sealed class ModelWatcher(ModelCatalog models, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await models.RefreshAsync().WaitAsync(stoppingToken);
        while (models.Local is { } local)
        {
            await Task.Delay(Interval, clock, stoppingToken);
            await local.RefreshAsync().WaitAsync(stoppingToken);
        }
    }
}
