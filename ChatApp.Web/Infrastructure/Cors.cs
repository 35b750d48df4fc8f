using Microsoft.Net.Http.Headers;

namespace ChatApp.Web.Infrastructure;

/// <summary>Other sites' pages may call the JSON API only if <c>Cors:Origins</c> names them, and then with a bearer token: the cookie stays out.</summary>
public static class Cors
{
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    public static void AddChatCors(this IServiceCollection services, IConfiguration configuration) => services.AddCors(o => o.AddDefaultPolicy(policy => policy
        .WithOrigins(Origins(configuration))
        .WithMethods("GET", "POST", "PUT", "DELETE")
        .WithHeaders(HeaderNames.Authorization, HeaderNames.ContentType, HeaderNames.IfMatch, "Last-Event-ID", IdempotencyHeader.Name)
        .WithExposedHeaders(HeaderNames.ETag, HeaderNames.Location, HeaderNames.RetryAfter, HeaderNames.ContentDisposition)
        .SetPreflightMaxAge(Remembered)));

    public static void UseChatCors(this WebApplication app)
    {
        if (Origins(app.Configuration).Length > 0)
        {
            app.UseWhen(context => context.IsApi, api => api.UseCors());
        }
    }

    // A list, or in one environment variable with blanks between.
    private static string[] Origins(IConfiguration configuration) =>
        configuration.GetSection("Cors:Origins") is var section && section.Value is { } text
            ? text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            : section.Get<string[]>() ?? [];
}
