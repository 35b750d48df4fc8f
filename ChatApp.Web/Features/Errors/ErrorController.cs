using ChatApp.Domain.Errors;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Errors;

/// <summary>What people read when something failed.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Text">What happened.</param>
/// <param name="TraceId">For a report, and to find it in the log.</param>
/// <param name="Typed">What the form's text field said, so that it is not lost.</param>
/// <param name="Back">Where the way back leads.</param>
/// <param name="Again">The page that could not be shown and may be soon; null where trying again does not help.</param>
public sealed record ErrorPage(int Status, string Text, string TraceId, string? Typed, string Back, string? Again);

/// <summary>The error page. Requests that failed are sent here again with their own methods and forms, so it takes any and checks nothing.</summary>
[AllowAnonymous, IgnoreAntiforgeryToken, Route("error")]
public sealed class ErrorController : Controller
{
    [Route("")]
    public async Task<IActionResult> Show()
    {
        var error = HttpContext.Features.Get<IExceptionHandlerFeature>()?.Error;
        if (Response.StatusCode < StatusCodes.Status400BadRequest)
        {
            Response.StatusCode = StatusCodes.Status404NotFound; // somebody typed the address
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
            return null; // the form is what failed
        }
    }

    private string? Again() => Response.StatusCode >= StatusCodes.Status500InternalServerError && HttpMethods.IsGet(Request.Method)
        ? HttpContext.Features.Get<IExceptionHandlerPathFeature>()?.Path + Request.QueryString
        : null;

    // The page that the failed form was on, if it is one of ours.
    private string Back() => Uri.TryCreate(Request.Headers.Referer, UriKind.Absolute, out var referer)
        && referer.Authority == Request.Host.Value && Url.IsLocalUrl(referer.PathAndQuery) ? referer.PathAndQuery : "/";
}
