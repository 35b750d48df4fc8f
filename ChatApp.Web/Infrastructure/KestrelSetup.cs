namespace ChatApp.Web.Infrastructure;

public static class KestrelSetup
{
    /// <summary>A message of the longest kind in the most wasteful JSON spelling needs six bytes a character; metadata is small.</summary>
    private const long MaxBodyBytes = 1024 * 1024;

    public static void UseChatKestrel(this IWebHostBuilder host) => host.ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
    });
}
