using ChatApp.Domain.Errors;
using ChatApp.Domain.ToolCommands;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.WebUtilities;

namespace ChatApp.Web.Infrastructure;

/// <summary>The only place that turns exceptions into responses: problem details (RFC 9457) for programs, the error page for browsers.</summary>
public static class ErrorHandling
{
    public static IServiceCollection AddChatErrors(this IServiceCollection services)
    {
        services.AddExceptionHandler<ProblemExceptionHandler>();
        return services.AddProblemDetails(o => o.CustomizeProblemDetails = context =>
        {
            context.ProblemDetails.Extensions.Remove("traceId");
            context.ProblemDetails.Extensions["trace_id"] = TraceId(context.HttpContext);
            context.ProblemDetails.Type ??= "about:blank"; // RFC 9457, 4.2.1: no more specific than the status
            context.ProblemDetails.Title ??= ReasonPhrases.GetReasonPhrase(context.ProblemDetails.Status ?? 500);
            context.ProblemDetails.Detail ??= Describe(context.ProblemDetails.Status);
            if ((context.HttpContext.Features.Get<IExceptionHandlerPathFeature>()?.Path ?? context.HttpContext.Request.Path.Value)?.StartsWith("/v1/", StringComparison.Ordinal) == true)
            {
                context.ProblemDetails.Extensions["error"] = new { message = context.ProblemDetails.Detail, type = "invalid_request_error", code = context.ProblemDetails.Status }; // as OpenAI's clients expect it
            }
        });
    }

    public static void UseChatErrors(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandlingPath = "/error",
            StatusCodeSelector = StatusOf,
            SuppressDiagnosticsCallback = _ => true, // it would log exception messages; errors are logged below
            CreateScopeForErrors = true, // the page must not reuse failed services, such as a broken database context
        });
        app.UseStatusCodePages(async context =>
        {
            var http = context.HttpContext;
            if (http.IsApi)
            {
                await WriteProblemAsync(http, new ProblemDetails { Status = http.Response.StatusCode });
            }
            else
            {
                await ShowPageAsync(context);
            }
        });
    }

    /// <summary>The error id that users can report, and that is in the log.</summary>
    public static string TraceId(HttpContext context) => System.Diagnostics.Activity.Current?.Id ?? context.TraceIdentifier;

    /// <summary>The HTTP status for an exception.</summary>
    public static int StatusOf(Exception exception) => exception switch
    {
        AntiforgeryValidationException { InnerException: BadHttpRequestException e } => e.StatusCode, // the form with the token could not be read
        InvalidException or AntiforgeryValidationException => StatusCodes.Status400BadRequest,
        QuotaExceededException or TooManyException => StatusCodes.Status429TooManyRequests,
        NotFoundException => StatusCodes.Status404NotFound,
        StaleException => StatusCodes.Status412PreconditionFailed,
        ConflictException => StatusCodes.Status409Conflict,
        UnavailableException => StatusCodes.Status503ServiceUnavailable,
        BadHttpRequestException bad => bad.StatusCode,
        _ when exception.IsDatabaseUnavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>Describes a status for users.</summary>
    public static string Describe(int? status) => status switch
    {
        400 => "The request is not valid.",
        401 => "Sign in to continue.",
        403 => "You don't have permission to do this.",
        404 => "There is nothing at this address.",
        405 => "This method is not allowed at this address.",
        409 => "The request conflicts with the current state.",
        412 => "It was changed in the meantime. Reload it and try again.",
        413 => "The request is too large.",
        415 => "This content type is not supported.",
        429 => "Too many requests. Try again in a moment.",
        503 => "The service is unavailable. Try again in a few seconds.",
        _ => "Something went wrong.",
    };

    internal static Task WriteProblemAsync(HttpContext context, ProblemDetails problem)
    {
        context.Request.Headers.Accept = default; // errors are sent even if the client does not accept JSON
        return context.RequestServices.GetRequiredService<IProblemDetailsService>()
            .WriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = problem }).AsTask();
    }

    private static async Task ShowPageAsync(StatusCodeContext context)
    {
        var http = context.HttpContext;
        http.SetEndpoint(null);
        http.Request.RouteValues.Clear();
        http.Request.Path = "/error";
        http.Request.Method = HttpMethods.Get;
        await context.Next(http);
    }

    private sealed class ProblemExceptionHandler(ILogger<ProblemExceptionHandler> log) : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
            {
                return true; // the client is gone
            }
            var status = StatusOf(exception);
            if (status >= 500)
            {
                // Types and stack traces, but not messages, which can quote chats, and the route's template, because thread keys are in paths.
                log.LogError("{Method} {Route} failed with {Status} ({TraceId}): {Exception}\n{StackTrace}",
                    httpContext.Request.Method, RequestLog.RouteOf(httpContext), status, TraceId(httpContext), exception.GetBaseException().GetType().Name, exception.StackTrace);
            }
            if (status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
            {
                var after = exception switch
                {
                    UnavailableException e => e.RetryAfter,
                    TooManyException e => e.RetryAfter,
                    QuotaExceededException => TimeSpan.FromHours(1), // an administrator has to raise the quota
                    _ => TimeSpan.FromSeconds(5),
                };
                httpContext.Response.Headers.RetryAfter = ((int)Math.Ceiling(after.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
            if (!httpContext.IsApi)
            {
                return false; // the error page
            }
            httpContext.Response.StatusCode = status;
            await WriteProblemAsync(httpContext, ToProblem(exception, status));
            return true;
        }

        private static Dictionary<string, object?> ExtensionsOf(Exception exception) => exception is not ApprovalRequiredException required ? []
            : new() { ["approval_id"] = required.Id, ["expires_at"] = required.ExpiresAt };

        private static ProblemDetails ToProblem(Exception exception, int status)
        {
            if (exception is InvalidException invalid)
            {
                var state = new ModelStateDictionary();
                state.AddModelError(invalid.Field, invalid.Message);
                return new ValidationProblemDetails(state) { Status = status, Detail = invalid.Message };
            }
            return new ProblemDetails
            {
                Extensions = ExtensionsOf(exception),
                Status = status,
                Detail = exception switch
                {
                    ChatAppException e => e.Message,
                    AntiforgeryValidationException when status == StatusCodes.Status400BadRequest => "The antiforgery token is missing or stale. Reload the page.",
                    _ => null,
                },
            };
        }
    }
}
