using Microsoft.AspNetCore.Diagnostics;

namespace ChatApp.Web.Infrastructure;

/// <summary>
/// A line for each request, at level Debug: with the route's template, not with the path and the query, which contain thread keys and searches.
/// The framework's own lines contain both, so they are turned off unless somebody names their categories in the configuration.
/// </summary>
public sealed partial class RequestLog(RequestDelegate next, ILogger<RequestLog> log, TimeProvider clock)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var started = clock.GetTimestamp();
        await next(context);
        if (log.IsEnabled(LogLevel.Debug))
        {
            Write(context.Request.Method, RouteOf(context), context.Response.StatusCode, (long)clock.GetElapsedTime(started).TotalMilliseconds);
        }
    }

    /// <summary>The template of the request's route.</summary>
    public static string RouteOf(HttpContext context) =>
        ((context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint()) as RouteEndpoint)?.RoutePattern.RawText is { } template
            ? "/" + template.TrimStart('/')
            : "(no route)";

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Route}: {Status} after {Milliseconds} ms")]
    private partial void Write(string method, string route, int status, long milliseconds);
}

public static class LoggingSetup
{
    /// <summary>Keeps the texts of requests out of the log, and encodes control characters on the console.</summary>
    public static void AddChatLogging(this ILoggingBuilder logging)
    {
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning); // the first and last line of each request
        logging.AddFilter("Microsoft.AspNetCore.Routing", LogLevel.Information);
        logging.AddConsoleFormatter<PlainConsoleFormatter, Microsoft.Extensions.Logging.Console.SimpleConsoleFormatterOptions>();
    }

    public static void UseRequestLog(this WebApplication app) => app.UseMiddleware<RequestLog>();
}
