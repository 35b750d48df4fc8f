using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using FluentValidation.Validators;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ChatApp.Web.Features.Docs;

/// <summary>Completes what the types do not show: which properties are always present, and the validators' rules.</summary>
public sealed class ApiSchemas(RequestTypes requests) : IOpenApiSchemaTransformer
{
    // JSON that is stored as received; without an entry here it may be any value.
    private static readonly Dictionary<string, JsonSchemaType?> FreeForm = new()
    {
        ["metadata"] = JsonSchemaType.Object,
        ["arguments"] = JsonSchemaType.Object,
        ["input_schema"] = JsonSchemaType.Object,
        ["tool_calls"] = JsonSchemaType.Array,
    };

    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var info = context.JsonTypeInfo;
        var type = Nullable.GetUnderlyingType(info.Type) ?? info.Type;
        if (type == typeof(DateTimeOffset) || type.IsEnum)
        {
            schema.Type = JsonSchemaType.String | (type == info.Type ? 0 : JsonSchemaType.Null);
        }
        else if (type == typeof(JsonElement) && context.JsonPropertyInfo is { } property)
        {
            schema.Type = FreeForm.GetValueOrDefault(property.Name) is var free && type == info.Type ? free : free | JsonSchemaType.Null;
        }
        else if (type == typeof(ProblemDetails))
        {
            DescribeProblem(schema);
        }
        else if (info.Kind == JsonTypeInfoKind.Object && requests.Contains(type))
        {
            DescribeRequest(schema, type);
        }
        else if (info.Kind == JsonTypeInfoKind.Object)
        {
            schema.Required = info.Properties.Where(p => p.Get is not null && !IsOptional(p)).Select(p => p.Name).ToHashSet();
        }
        return Task.CompletedTask;
    }

    // Nulls are left out, everything else is always sent.
    private static bool IsOptional(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true).Length > 0;

    private static void DescribeProblem(OpenApiSchema schema)
    {
        schema.Description = "An error (RFC 9457).";
        schema.Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("`about:blank`: the status says it all."),
            ["title"] = Text("The meaning of the status."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "The HTTP status." },
            ["detail"] = Text("What went wrong, for people."),
            ["trace_id"] = Text("The error ID to quote when you report the error; the server's log contains it."),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "For invalid input: the errors by field name; `body` stands for the whole body.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
            },
            ["error"] = new OpenApiSchema { Type = JsonSchemaType.Object, Description = "Only under `/v1`: the same error in OpenAI's format." },
        };
        schema.Required = schema.Properties.Keys.Where(k => k is not ("errors" or "error")).ToHashSet();
    }

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };

    private void DescribeRequest(OpenApiSchema schema, Type type)
    {
        schema.Required = requests.Required(type).Where(p => schema.Properties?.ContainsKey(p) == true).ToHashSet();
        var empty = JsonSerializer.SerializeToNode(requests.Empty(type), type, Infrastructure.Json.Options)!.AsObject();
        foreach (var (name, property) in (schema.Properties ?? new Dictionary<string, IOpenApiSchema>()).Select(p => (p.Key, p.Value as OpenApiSchema)))
        {
            if (property is null)
            {
                continue;
            }
            property.Type &= schema.Required.Contains(name) ? ~JsonSchemaType.Null : property.Type;
            property.Default = empty[name] is JsonValue value ? value.DeepClone() : null;
            foreach (var rule in requests.Rules(type, name))
            {
                Restrict(property, rule);
            }
        }
    }

    private static void Restrict(OpenApiSchema property, IPropertyValidator rule)
    {
        switch (rule)
        {
            case ILengthValidator length:
                property.MaxLength = length.Max;
                property.MinLength = length.Min == 0 ? property.MinLength : length.Min;
                break;
            case IBetweenValidator between:
                property.Minimum = Convert.ToString(between.From, CultureInfo.InvariantCulture);
                property.Maximum = Convert.ToString(between.To, CultureInfo.InvariantCulture);
                break;
            case INotEmptyValidator when property.Type == JsonSchemaType.String:
                property.MinLength ??= 1;
                break;
            case IEmailValidator:
                property.Format = "email";
                break;
        }
    }
}
