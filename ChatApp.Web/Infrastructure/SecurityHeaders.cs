using System.Net;

namespace ChatApp.Web.Infrastructure;

public static class SecurityHeaders
{
    // Blocks other hosts and inline scripts.
    private const string ContentSecurityPolicy =
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static readonly object InlineScript = new();

    /// <summary>Sets security headers on every response. Dynamic content is never cached; static files set their own caching.</summary>
    public static void UseSecurityHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        // When the response starts, because the error page clears the headers.
        context.Response.OnStarting(() =>
        {
            Set(context, context.Response.Headers);
            return Task.CompletedTask;
        });
        return next();
    });

    /// <summary>Allows the page's one inline script, by its digest.</summary>
    /// <param name="context">The request.</param>
    /// <param name="sha256">The digest of the text between the tags, in Base64.</param>
    public static void AllowInlineScript(HttpContext context, string sha256) => context.Items[InlineScript] = sha256;

    private static void Set(HttpContext context, IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = context.Items[InlineScript] is string sha256
            ? $"{ContentSecurityPolicy}; script-src 'self' 'sha256-{sha256}'"
            : ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        if (context.Request.IsHttps && !IPAddress.TryParse(context.Request.Host.Host, out _) && context.Request.Host.Host != "localhost")
        {
            headers.StrictTransportSecurity = "max-age=31536000"; // browsers come back with TLS for a year
        }
        if (string.IsNullOrEmpty(headers.CacheControl) || !headers.ContainsKey("ETag") && !headers.CacheControl.ToString().Contains("max-age", StringComparison.Ordinal))
        {
            headers.CacheControl = "no-store";
        }
    }
}
