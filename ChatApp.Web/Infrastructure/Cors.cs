using Microsoft.Net.Http.Headers;

namespace ChatApp.Web.Infrastructure;

/// <summary>Pages of the origins in <c>Cors:Origins</c> can call the JSON API, with a bearer token and not with the cookie.</summary>
public static class Cors
{
    private static readonly TimeSpan PreflightMaxAge = TimeSpan.FromHours(1);

    public static void AddChatCors(this IServiceCollection services, IConfiguration configuration) => services.AddCors(o => o.AddDefaultPolicy(policy => policy
        .WithOrigins(Origins(configuration))
        .WithMethods("GET", "POST", "PUT", "DELETE")
        .WithHeaders(HeaderNames.Authorization, HeaderNames.ContentType, HeaderNames.IfMatch, "Last-Event-ID", IdempotencyHeader.Name)
        .WithExposedHeaders(HeaderNames.ETag, HeaderNames.Location, HeaderNames.RetryAfter, HeaderNames.ContentDisposition)
        .SetPreflightMaxAge(PreflightMaxAge)));

    public static void UseChatCors(this WebApplication app)
    {
        if (Origins(app.Configuration).Length > 0)
        {
            app.UseWhen(context => context.IsApi, api => api.UseCors());
        }
    }

    // A list, or one value separated by spaces.
    private static string[] Origins(IConfiguration configuration) =>
        configuration.GetSection("Cors:Origins") is var section && section.Value is { } text
            ? text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            : section.Get<string[]>() ?? [];
}
