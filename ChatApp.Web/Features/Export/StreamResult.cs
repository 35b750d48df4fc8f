using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Export;

/// <summary>Answers with something that is written while it is sent. If writing fails, the connection is cut, so that no half passes for a whole.</summary>
/// <param name="contentType">What it is.</param>
/// <param name="write">Writes it.</param>
public class StreamResult(string contentType, Func<Stream, CancellationToken, Task> write) : IActionResult
{
    public virtual Task ExecuteResultAsync(ActionContext context)
    {
        context.HttpContext.Response.ContentType = contentType;
        return write(new ResponseStream(context.HttpContext.Response.BodyWriter), context.HttpContext.RequestAborted);
    }
}
