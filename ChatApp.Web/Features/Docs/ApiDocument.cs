using System.Text;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ChatApp.Web.Features.Docs;

/// <summary>The OpenAPI document, generated from the routes and their types on the first request and then cached.</summary>
public sealed class ApiDocument([FromKeyedServices(ApiDocument.Name)] IOpenApiDocumentProvider provider)
{
    /// <summary>Of the document; the version of the contract.</summary>
    public const string Name = "v1";

    private byte[]? _json;

    public async Task<byte[]> GetAsync(CancellationToken ct) => _json ??= Encoding.UTF8.GetBytes(
        await (await provider.GetOpenApiDocumentAsync(ct)).SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, ct));
}
