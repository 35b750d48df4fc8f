using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChatApp.Web.Features.Sessions;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ChatApp.Web.Features.Docs;

/// <summary>Completes a route's description with what all routes of its kind share: authentication, limits of parameters, errors.</summary>
public sealed partial class ApiOperations : IOpenApiOperationTransformer
{
    private const string JsonType = "application/json";

    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var (description, document) = (context.Description, context.Document!);
        var action = (ControllerActionDescriptor)description.ActionDescriptor;
        var noun = action.ControllerName.EndsWith("Api", StringComparison.Ordinal) ? action.ControllerName[..^3] : action.ControllerName;
        operation.OperationId = JsonNamingPolicy.CamelCase.ConvertName(noun + action.ActionName);
        operation.Tags = new HashSet<OpenApiTagReference> { new(GroupOf(noun), document) };
        DescribeBody(operation.RequestBody as OpenApiRequestBody, description);
        await DescribeParametersAsync(operation, context, cancellationToken);
        foreach (var header in action.EndpointMetadata.OfType<RequestHeaderAttribute>())
        {
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = header.Name,
                In = ParameterLocation.Header,
                Description = header.Description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }
        var isOpen = action.EndpointMetadata.OfType<IAllowAnonymous>().Any();
        operation.Security = isOpen ? [] : ApiSecurity.For(description.HttpMethod!, document);
        DescribeResponses(operation, description, document, isOpen);
    }

    // For people: "API keys" for ApiKeys, "Sign-in" for Auths.
    private static string GroupOf(string noun)
    {
        var words = CapitalInside().Replace(noun, " $0").Split(' ');
        return noun == "Auths" ? "Sign-in" : string.Join(' ', words.Select((w, i) => w.ToUpperInvariant() is var big and ("API" or "MCP") ? big : i == 0 ? w : w.ToLowerInvariant()));
    }

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex CapitalInside();

    // Form fields are described as parameters, without saying which are required: those that the form's type requires.
    private static void DescribeBody(OpenApiRequestBody? body, ApiDescription description)
    {
        KeepJson(body?.Content);
        var required = description.ParameterDescriptions.Where(p => p.Source == BindingSource.Form && p.ModelMetadata is { ContainerType: { } type, PropertyName: { } name }
            && type.GetProperty(name)!.IsDefined(typeof(RequiredMemberAttribute), inherit: false)).Select(p => p.Name).ToHashSet();
        foreach (var form in body?.Content?.Where(c => c.Key != JsonType).Select(c => c.Value.Schema).OfType<OpenApiSchema>() ?? [])
        {
            (body!.Description, form.Required) = (null, required);
        }
    }

    // The validators' rules for a query type, which its single parameters do not show.
    private static async Task DescribeParametersAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        foreach (var source in context.Description.ParameterDescriptions.Where(p => p.ModelMetadata?.ContainerType is not null && p.Source != BindingSource.Form))
        {
            var container = await context.GetOrCreateSchemaAsync(source.ModelMetadata.ContainerType!, null, ct);
            var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(source.ModelMetadata.PropertyName!);
            if (operation.Parameters?.OfType<OpenApiParameter>().FirstOrDefault(p => p.Name == source.Name) is { } parameter
                && container.Properties?.TryGetValue(name, out var found) == true && found is OpenApiSchema schema)
            {
                (parameter.Description, schema.Description) = (schema.Description, null);
                parameter.Required = container.Required?.Contains(name) == true;
                schema.Type &= ~JsonSchemaType.Null; // a query has no null
                parameter.Schema = schema;
            }
        }
    }

    private static void DescribeResponses(OpenApiOperation operation, ApiDescription description, OpenApiDocument document, bool isOpen)
    {
        var responses = operation.Responses ??= [];
        foreach (var response in responses.Values)
        {
            KeepJson(response.Content);
        }
        if (description.ActionDescriptor.EndpointMetadata.OfType<AlsoStreamsAttribute>().Any())
        {
            responses["200"].Content!["text/event-stream"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
        }
        foreach (var session in description.SupportedResponseTypes.Where(r => r.Type == typeof(SessionResponse)))
        {
            ((OpenApiResponse)responses[ApiFrame.Key(session.StatusCode)]).Headers = new Dictionary<string, IOpenApiHeader>
            {
                ["ETag"] = new OpenApiHeader { Description = "The session's version, which `If-Match` takes.", Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
            };
        }
        var declared = description.SupportedResponseTypes.Where(r => r.Type == typeof(ProblemDetails)).Select(r => r.StatusCode);
        foreach (var status in declared.Concat(Usual(description, isOpen)))
        {
            responses[ApiFrame.Key(status)] = new OpenApiResponseReference(ApiFrame.ResponseName(status), document);
        }
    }

    // Errors from filters and the server, which actions need not declare.
    private static int[] Usual(ApiDescription description, bool isOpen)
    {
        var hasBody = description.ParameterDescriptions.Any(p => p.Source == BindingSource.Body || p.Source == BindingSource.Form);
        var hasQuery = description.ParameterDescriptions.Any(p => p.Source == BindingSource.Query);
        var isHealth = description.RelativePath!.StartsWith("health", StringComparison.Ordinal);
        var takesKey = description.ActionDescriptor.EndpointMetadata.OfType<RequestHeaderAttribute>().Any(h => h.Name == IdempotencyHeader.Name);
        return
        [
            .. hasBody || hasQuery || (!isOpen && !HttpMethods.IsGet(description.HttpMethod!)) ? [400] : Array.Empty<int>(),
            .. isOpen ? Array.Empty<int>() : [401, 403],
            .. takesKey ? [409] : Array.Empty<int>(),
            .. hasBody ? [413, 415] : Array.Empty<int>(),
            .. isHealth ? Array.Empty<int>() : [429, 503],
        ];
    }

    private static void KeepJson(IDictionary<string, OpenApiMediaType>? content)
    {
        foreach (var type in content?.ContainsKey(JsonType) == true ? content.Keys.Where(k => k != JsonType).ToList() : [])
        {
            content!.Remove(type);
        }
    }
}
