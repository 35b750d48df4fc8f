using ChatApp.Data.Accounts;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace ChatApp.Web.Features.Accounts;

/// <summary>Prints the link for the first account when the app has started and there is none.</summary>
public sealed partial class SetupLink(IServiceScopeFactory scopes, IServer server, IOptions<AccountSettings> settings, ILogger<SetupLink> log) : IHostedLifecycleService
{
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        if (await scope.ServiceProvider.GetRequiredService<RegistrationService>().IsFirstAsync(cancellationToken))
        {
            Print(Address(), await scope.ServiceProvider.GetRequiredService<SetupTokens>().CreateAsync(cancellationToken));
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // What listens on all addresses is reached at localhost.
    private string Address()
    {
        var listening = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost";
        return (settings.Value.PublicUrl ?? listening.Replace("//[::]", "//localhost", StringComparison.Ordinal).Replace("//0.0.0.0", "//localhost", StringComparison.Ordinal)
            .Replace("//+", "//localhost", StringComparison.Ordinal).Replace("//*", "//localhost", StringComparison.Ordinal)).TrimEnd('/');
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "There is no account yet. Create the administrator's at {Address}/register?setup={Token}")]
    private partial void Print(string address, string token);
}
