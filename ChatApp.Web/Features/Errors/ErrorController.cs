using ChatApp.Domain.Errors;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Errors;

/// <summary>The error page.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Text">The explanation.</param>
/// <param name="TraceId">The error ID, which the log contains.</param>
/// <param name="Typed">The message that was typed, so that it is not lost.</param>
/// <param name="Back">Where the back link leads.</param>
/// <param name="Again">The address to retry; null where a retry does not help.</param>
public sealed record ErrorPage(int Status, string Text, string TraceId, string? Typed, string Back, string? Again);

/// <summary>The error page. Failed requests are re-executed here with their methods and forms, so it accepts any.</summary>
[AllowAnonymous, IgnoreAntiforgeryToken, Route("error")]
public sealed class ErrorController : Controller
{
    [Route("")]
    public async Task<IActionResult> Show()
    {
        var error = HttpContext.Features.Get<IExceptionHandlerFeature>()?.Error;
        if (Response.StatusCode < StatusCodes.Status400BadRequest)
        {
            Response.StatusCode = StatusCodes.Status404NotFound; // opened directly
        }
        var text = error switch
        {
            ChatAppException known => known.Message,
            AntiforgeryValidationException when Response.StatusCode == StatusCodes.Status400BadRequest => "This page has expired, so nothing was changed. Go back, reload the page and try again.",
            _ => ErrorHandling.Describe(Response.StatusCode),
        };
        return View("Error", new ErrorPage(Response.StatusCode, text, ErrorHandling.TraceId(HttpContext), await TypedAsync(), Back(), Again()));
    }

    private async Task<string?> TypedAsync()
    {
        try
        {
            return Request.HasFormContentType && (await Request.ReadFormAsync())["content"] is [{ Length: > 0 } text, ..] ? text : null;
        }
        catch (Exception e) when (e is BadHttpRequestException or InvalidDataException or IOException)
        {
            return null; // the form cannot be read
        }
    }

    private string? Again() => Response.StatusCode >= StatusCodes.Status500InternalServerError && HttpMethods.IsGet(Request.Method)
        ? HttpContext.Features.Get<IExceptionHandlerPathFeature>()?.Path + Request.QueryString
        : null;

    // The page of the failed form, if it is local.
    private string Back() => Uri.TryCreate(Request.Headers.Referer, UriKind.Absolute, out var referer)
        && referer.Authority == Request.Host.Value && Url.IsLocalUrl(referer.PathAndQuery) ? referer.PathAndQuery : "/";
}
