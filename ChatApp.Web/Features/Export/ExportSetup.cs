using System.Security.Claims;
using System.Threading.RateLimiting;
using ChatApp.Web.Integrations.Chromium;

namespace ChatApp.Web.Features.Export;

public static class ExportSetup
{
    /// <summary>The policy of routes that export: each user has a few at once, and a few that wait.</summary>
    public const string Queue = "exports";

    /// <summary>The formats that need services, and the queue.</summary>
    public static void AddExports(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection("Export");
        var settings = section.Get<ExportSettings>() ?? new();
        services.Configure<ExportSettings>(section);
        services.AddSingleton<ExportRenderer>();
        services.AddSingleton<HtmlExport>();
        services.AddSingleton<PdfPrinter>();
        services.AddSingleton<PdfExport>();
        services.AddRateLimiter(limiter => limiter.AddPolicy(Queue, http => RateLimitPartition.GetConcurrencyLimiter(
            http.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "", // anonymous requests are refused before they get here
            _ => new ConcurrencyLimiterOptions { PermitLimit = settings.PerUser, QueueLimit = settings.WaitingPerUser })));
    }
}
