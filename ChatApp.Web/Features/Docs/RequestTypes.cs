using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ChatApp.Web.Infrastructure;
using FluentValidation;
using FluentValidation.Validators;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace ChatApp.Web.Features.Docs;

/// <summary>The request types and their validators' rules, for the document.</summary>
public sealed class RequestTypes
{
    private readonly HashSet<Type> _types = [];
    private readonly IServiceProvider _services;

    public RequestTypes(IApiDescriptionGroupCollectionProvider descriptions, IServiceProvider services)
    {
        _services = services;
        foreach (var parameter in descriptions.ApiDescriptionGroups.Items.SelectMany(g => g.Items).SelectMany(d => d.ParameterDescriptions))
        {
            Add(parameter.Source == BindingSource.Body ? parameter.Type : parameter.ModelMetadata?.ContainerType);
        }
    }

    public bool Contains(Type type) => _types.Contains(type);

    /// <summary>The value of an empty request.</summary>
    public object Empty(Type type) => JsonSerializer.Deserialize("{}", type, Json.Options)!;

    /// <summary>The properties, by their JSON names, without which a request is rejected.</summary>
    public IReadOnlySet<string> Required(Type type) => Validator(type) is { } validator
        ? validator.Validate(new ValidationContext<object>(Empty(type))).Errors.Select(e => e.PropertyName).ToHashSet()
        : new HashSet<string>();

    /// <summary>The unconditional rules of a property.</summary>
    public IEnumerable<IPropertyValidator> Rules(Type type, string property) => Validator(type)?.CreateDescriptor().Rules
        .Where(r => r.PropertyName == property && !r.HasCondition && !r.HasAsyncCondition)
        .SelectMany(r => r.Components).Where(c => !c.HasCondition && !c.HasAsyncCondition).Select(c => c.Validator) ?? [];

    private IValidator? Validator(Type type) => (IValidator?)_services.GetService(typeof(IValidator<>).MakeGenericType(type));

    private void Add(Type? type)
    {
        if (type is null || !_types.Add(type))
        {
            return;
        }
        foreach (var property in Json.Options.GetTypeInfo(type) is { Kind: JsonTypeInfoKind.Object } info ? info.Properties : [])
        {
            Add(property.PropertyType);
        }
    }
}
