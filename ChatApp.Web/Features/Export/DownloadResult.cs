using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace ChatApp.Web.Features.Export;

/// <summary>A file to download.</summary>
/// <param name="contentType">Its media type.</param>
/// <param name="name">Its file name in ASCII.</param>
/// <param name="title">Its file name in Unicode, for clients that know RFC 6266.</param>
/// <param name="write">Writes it.</param>
public sealed class DownloadResult(string contentType, string name, string title, Func<Stream, CancellationToken, Task> write) : StreamResult(contentType, write)
{
    public override Task ExecuteResultAsync(ActionContext context)
    {
        context.HttpContext.Response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment")
        {
            FileName = $"\"{name}\"",
            FileNameStar = FileNames.Of(title) + Path.GetExtension(name),
        }.ToString();
        return base.ExecuteResultAsync(context);
    }
}
