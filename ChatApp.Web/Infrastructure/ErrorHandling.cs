using ChatApp.Domain.Errors;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.WebUtilities;

namespace ChatApp.Web.Infrastructure;

/// <summary>The one place where exceptions become answers: problem details (RFC 9457) for programs, the error page for people.</summary>
public static class ErrorHandling
{
    public static IServiceCollection AddChatErrors(this IServiceCollection services)
    {
        services.AddExceptionHandler<ProblemExceptionHandler>();
        return services.AddProblemDetails(o => o.CustomizeProblemDetails = context =>
        {
            context.ProblemDetails.Extensions.Remove("traceId");
            context.ProblemDetails.Extensions["trace_id"] = TraceId(context.HttpContext);
            context.ProblemDetails.Type ??= "about:blank"; // RFC 9457, 4.2.1: no more than the status says
            context.ProblemDetails.Title ??= ReasonPhrases.GetReasonPhrase(context.ProblemDetails.Status ?? 500);
            context.ProblemDetails.Detail ??= Describe(context.ProblemDetails.Status);
            if ((context.HttpContext.Features.Get<IExceptionHandlerPathFeature>()?.Path ?? context.HttpContext.Request.Path.Value)?.StartsWith("/v1/", StringComparison.Ordinal) == true)
            {
                context.ProblemDetails.Extensions["error"] = new { message = context.ProblemDetails.Detail, type = "invalid_request_error", code = context.ProblemDetails.Status }; // where OpenAI's clients look
            }
        });
    }

    public static void UseChatErrors(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandlingPath = "/error",
            StatusCodeSelector = StatusOf,
            SuppressDiagnosticsCallback = _ => true, // it would log what exceptions say; ours is logged below
            CreateScopeForErrors = true, // the page must not meet what failed, such as a sign-in that could not be looked up
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

    /// <summary>What somebody who reports an error can quote, and the log can be searched for.</summary>
    public static string TraceId(HttpContext context) => System.Diagnostics.Activity.Current?.Id ?? context.TraceIdentifier;

    /// <summary>The HTTP status that stands for an exception.</summary>
    public static int StatusOf(Exception exception) => exception switch
    {
        AntiforgeryValidationException { InnerException: BadHttpRequestException unread } => unread.StatusCode, // its token is in the form
        InvalidException or AntiforgeryValidationException => StatusCodes.Status400BadRequest,
        QuotaExceededException => StatusCodes.Status429TooManyRequests,
        NotFoundException => StatusCodes.Status404NotFound,
        StaleException => StatusCodes.Status412PreconditionFailed,
        ConflictException => StatusCodes.Status409Conflict,
        UnavailableException => StatusCodes.Status503ServiceUnavailable,
        BadHttpRequestException bad => bad.StatusCode,
        _ when exception.IsDatabaseUnavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>What a status means, for people.</summary>
    public static string Describe(int? status) => status switch
    {
        400 => "The request is not valid.",
        401 => "Sign in first.",
        403 => "You are not allowed to do this.",
        404 => "There is nothing here.",
        405 => "This address does not take this kind of request.",
        409 => "The present state does not allow this.",
        412 => "It was changed in the meantime. Load it again, then repeat the change.",
        413 => "The request is too large.",
        415 => "This content type is not accepted.",
        429 => "Too many requests. Wait a moment.",
        503 => "The service cannot be reached at the moment. Try again in a few seconds.",
        _ => "Something went wrong on our side.",
    };

    internal static Task WriteProblemAsync(HttpContext context, ProblemDetails problem)
    {
        context.Request.Headers.Accept = default; // an error is told also to those who asked for something else, such as an image
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
                return true; // nobody is there to answer
            }
            var status = StatusOf(exception);
            if (status >= 500)
            {
                // Types and places, not messages: those can quote what users wrote.
                log.LogError("{Method} {Path} failed with {Status} ({TraceId}): {Exception}\n{StackTrace}",
                    httpContext.Request.Method, httpContext.Features.Get<IExceptionHandlerPathFeature>()?.Path, status, TraceId(httpContext), exception.GetBaseException().GetType().Name, exception.StackTrace);
            }
            if (status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
            {
                var after = exception switch
                {
                    UnavailableException e => e.RetryAfter,
                    QuotaExceededException => TimeSpan.FromHours(1), // somebody has to raise it
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
                Status = status,
                Detail = exception switch
                {
                    ChatAppException e => e.Message,
                    AntiforgeryValidationException when status == StatusCodes.Status400BadRequest => "The antiforgery token is missing or stale. Load the page again.",
                    _ => null,
                },
            };
        }
    }
}
