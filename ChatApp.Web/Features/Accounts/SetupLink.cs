using ChatApp.Data.Accounts;
using ChatApp.Domain.Errors;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace ChatApp.Web.Features.Accounts;

/// <summary>Prints the link for the first account when the app has started and there is none. If the database is away at that moment, it is printed later: that must not end the app.</summary>
public sealed partial class SetupLink(
    IServiceScopeFactory scopes, IServer server, IOptions<AccountSettings> settings, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<SetupLink> log)
    : IHostedLifecycleService
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private Task _printing = Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        _printing = PrintAsync(lifetime.ApplicationStopping);
        await Task.WhenAny(_printing, Task.Delay(RetryInterval, clock, cancellationToken)); // as a rule, it is the last line of the start
    }

    private async Task PrintAsync(CancellationToken ct)
    {
        for (var isPrinted = false; !isPrinted && !ct.IsCancellationRequested;)
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                if (await scope.ServiceProvider.GetRequiredService<RegistrationService>().IsFirstAsync(ct))
                {
                    Print(Address(), await scope.ServiceProvider.GetRequiredService<SetupTokens>().CreateAsync(ct));
                }
                isPrinted = true;
            }
            catch (Exception e) when (e.IsDatabaseUnavailable)
            {
                await Task.Delay(RetryInterval, clock, CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                // The app stops.
            }
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => _printing;

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
