using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Export;

/// <summary>A response that is written while it is sent. If writing fails, the connection is aborted, so that a truncated body is not taken for a complete one.</summary>
/// <param name="contentType">Its media type.</param>
/// <param name="write">Writes it.</param>
public class StreamResult(string contentType, Func<Stream, CancellationToken, Task> write) : IActionResult
{
    public virtual Task ExecuteResultAsync(ActionContext context)
    {
        context.HttpContext.Response.ContentType = contentType;
        return write(new ResponseStream(context.HttpContext.Response.BodyWriter), context.HttpContext.RequestAborted);
    }
}
