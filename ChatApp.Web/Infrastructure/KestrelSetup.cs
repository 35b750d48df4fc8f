using ChatApp.Web.Infrastructure.Connections;

namespace ChatApp.Web.Infrastructure;

public static class KestrelSetup
{
    /// <summary>Enough for the longest message with every character escaped, six bytes each, and for metadata.</summary>
    private const long MaxBodyBytes = 1024 * 1024;

    /// <summary>A client that stalls is disconnected when it has not read Kestrel's buffer of 64 kB at this rate, after some 20 seconds. By default that takes five minutes.</summary>
    private const double MinBytesPerSecond = 4096;

    private const string DefaultUrl = "http://localhost:5080";

    public static void UseChatKestrel(this WebApplicationBuilder builder)
    {
        if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null)
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }
        builder.Services.AddConnectionLimits(builder.Configuration);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.MinResponseDataRate = new(MinBytesPerSecond, gracePeriod: TimeSpan.FromSeconds(5));
            kestrel.DropSilentConnections();
        });
    }
}
