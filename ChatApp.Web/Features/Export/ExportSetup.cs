using ChatApp.Web.Integrations.Chromium;

namespace ChatApp.Web.Features.Export;

public static class ExportSetup
{
    /// <summary>The formats that need services.</summary>
    public static void AddExports(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<ExportSettings>(configuration.GetSection("Export"));
        services.AddSingleton<HtmlExport>();
        services.AddSingleton<PdfPrinter>();
        services.AddSingleton<PdfExport>();
    }
}
