using System.Globalization;
using System.Reflection;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;

namespace ChatApp.Web.Features.Docs;

/// <summary>The parts of the document that all routes share.</summary>
public sealed class ApiFrame : IOpenApiDocumentTransformer
{
    private const string Introduction = """
        Everything that ChatApp's pages can do, for programs. JSON is `snake_case`, times are UTC and end in `Z`, ids are strings.

        Sign in with `POST /auths/login`, or create a personal API key, and send it as `Authorization: Bearer …`.
        A session (a chat on the pages) is identified by its `id` or its `thread_id`. Other people's data gives the same 404 as data that does not exist.

        Lists are paged: request `limit` items, then the next ones with `cursor` set to the last response's `next_cursor`, until that is null.
        Errors are `application/problem+json` with a `trace_id`; errors in the input name the fields.
        """;

    private static readonly int[] Problems = [400, 401, 403, 404, 409, 412, 413, 415, 429, 503];

    public async Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo { Title = "ChatApp", Version = Version(), Description = Introduction };
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new();
        document.Components.SecuritySchemes = ApiSecurity.Schemes();
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        document.Components.Schemas[nameof(ProblemDetails)] = await context.GetOrCreateSchemaAsync(typeof(ProblemDetails), null, cancellationToken);
        document.Components.Responses = Problems.ToDictionary(ResponseName, IOpenApiResponse (s) => Problem(s, document));
        document.Tags = document.Paths.Values.SelectMany(p => p.Operations ?? []).SelectMany(o => o.Value.Tags ?? new HashSet<OpenApiTagReference>())
            .Select(t => t.Reference.Id!).Distinct().Order().Select(t => new OpenApiTag { Name = t }).ToHashSet();
    }

    /// <summary>The name by which routes refer to an error.</summary>
    public static string ResponseName(int status) => ReasonPhrases.GetReasonPhrase(status).Replace(" ", "", StringComparison.Ordinal);

    public static string Key(int status) => status.ToString(CultureInfo.InvariantCulture);

    private static OpenApiResponse Problem(int status, OpenApiDocument document) => new()
    {
        Description = ErrorHandling.Describe(status),
        Headers = status is not (429 or 503) ? null : new Dictionary<string, IOpenApiHeader>
        {
            ["Retry-After"] = new OpenApiHeader { Description = "Seconds to wait.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer } },
        },
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(nameof(ProblemDetails), document) },
        },
    };

    private static string Version() => typeof(ApiFrame).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
