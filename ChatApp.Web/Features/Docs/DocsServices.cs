using System.Text.Json;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.OpenApi;

namespace ChatApp.Web.Features.Docs;

public static class DocsServices
{
    public static void AddApiDescription(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(o => Json.Configure(o.SerializerOptions)); // the document is generated with these options
        services.AddSingleton<ApiDocument>();
        services.AddSingleton<RequestTypes>();
        services.AddOpenApi(ApiDocument.Name, o =>
        {
            o.CreateSchemaReferenceId = info => (Nullable.GetUnderlyingType(info.Type) ?? info.Type) == typeof(JsonElement) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(info);
            o.AddSchemaTransformer<ApiSchemas>().AddOperationTransformer<ApiOperations>().AddDocumentTransformer<ApiFrame>();
        });
    }
}
