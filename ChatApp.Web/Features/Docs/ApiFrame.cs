using System.Globalization;
using System.Reflection;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;

namespace ChatApp.Web.Features.Docs;

/// <summary>What the document says once for all routes.</summary>
public sealed class ApiFrame : IOpenApiDocumentTransformer
{
    private const string Introduction = """
        Everything that ChatApp's pages do, for programs. JSON is `snake_case`, times are UTC and end in `Z`, ids are strings.

        Sign in with `POST /auths/login`, or make a personal API key, and send it as `Authorization: Bearer …`.
        A session is named by its `id` or its `thread_id`. What belongs to somebody else is the same 404 as what does not exist.

        Lists are taken in pages: `limit` items, then again with `cursor=` the last answer's `next_cursor`, until that is null.
        Errors are `application/problem+json` with a `trace_id`; those of invalid input name the fields.
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
