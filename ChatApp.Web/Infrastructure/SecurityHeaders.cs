namespace ChatApp.Web.Infrastructure;

public static class SecurityHeaders
{
    // Nothing is loaded from another host, and nothing inline runs.
    private const string ContentSecurityPolicy =
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static readonly object InlineScript = new();

    /// <summary>Headers of every answer. What is dynamic is private and never kept by a cache; static files set their own rules.</summary>
    public static void UseSecurityHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        // At the last moment: the error page begins with headers of its own.
        context.Response.OnStarting(() =>
        {
            Set(context, context.Response.Headers);
            return Task.CompletedTask;
        });
        return next();
    });

    /// <summary>Lets the one inline script of the page be, which is known by its digest.</summary>
    /// <param name="context">The request.</param>
    /// <param name="sha256">Of the text between the tags, in Base64.</param>
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
        if (string.IsNullOrEmpty(headers.CacheControl) || !headers.ContainsKey("ETag") && !headers.CacheControl.ToString().Contains("max-age", StringComparison.Ordinal))
        {
            headers.CacheControl = "no-store";
        }
    }
}
