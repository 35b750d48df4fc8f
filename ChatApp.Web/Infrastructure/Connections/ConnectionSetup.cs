using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace ChatApp.Web.Infrastructure.Connections;

public static class ConnectionSetup
{
    /// <summary>Limits the open connections of all endpoints.</summary>
    public static void AddConnectionLimits(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ConnectionSettings>().Bind(configuration.GetSection("Connections"))
            .Validate(s => s.AreUsable, "The settings in the section Connections must be positive, and the timeout at most an hour.").ValidateOnStart();
        services.AddSingleton<ConnectionGate>();
        services.AddSingleton<IConnectionListenerFactory>(s => // the last one wins
            new GatedTransport(ActivatorUtilities.CreateInstance<SocketTransportFactory>(s), s.GetRequiredService<ConnectionGate>()));
    }

    // Kestrel's own timeouts begin with the first byte; before it, a connection may be silent as long as between two requests. This comes before TLS.
    public static void DropSilentConnections(this KestrelServerOptions kestrel) => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => async connection =>
    {
        var (settings, clock) = (endpoint.ApplicationServices.GetRequiredService<IOptions<ConnectionSettings>>().Value, endpoint.ApplicationServices.GetRequiredService<TimeProvider>());
        if (connection is not GatedConnection gated || await gated.HasSpokenAsync(settings.SilenceTimeout, clock))
        {
            await next(connection);
        }
    }));
}
