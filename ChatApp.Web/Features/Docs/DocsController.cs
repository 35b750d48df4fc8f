using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Docs;

/// <summary>The description of the JSON API, for programs and for people. Public: it contains nobody's data.</summary>
[AllowAnonymous]
public sealed class DocsController(ApiDocument document) : Controller
{
    /// <summary>The OpenAPI document.</summary>
    [HttpGet("/openapi/v1.json")]
    public async Task<FileContentResult> Document(CancellationToken ct) => File(await document.GetAsync(ct), "application/json");

    /// <summary>The document as a page.</summary>
    [HttpGet("/docs")]
    public async Task<ViewResult> Read(CancellationToken ct) => View("Docs", new DocsPage(JsonElement.Parse(await document.GetAsync(ct))));
}
