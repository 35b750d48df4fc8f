using ChatApp.Domain.Models;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Models;

/// <summary>The models.</summary>
[ApiController, Authorize, Route("models")]
public sealed class ModelsApiController(IModelCatalog models) : ControllerBase
{
    /// <summary>All models, grouped by provider, with their availability. The providers' lists are cached for a minute.</summary>
    [HttpGet]
    [ProducesResponseType<ModelsResponse>(200)]
    public async Task<ModelsResponse> List(CancellationToken ct) => new([.. (await models.ListAsync(ct)).Select(m => m.ToResponse())]);
}

/// <summary>A list without pages.</summary>
public sealed record ModelsResponse(IReadOnlyList<ModelResponse> Models)
{
    public int Count => Models.Count;
}

/// <summary>A model. <c>id</c> is its name in requests (<c>model</c>); <c>state</c> is <c>available</c> or <c>unavailable</c>, for that <c>reason</c>.</summary>
public sealed record ModelResponse(
    string Id, string Name, string Provider, int ContextWindow, bool IsDefault, bool SupportsTools, string State, string? Reason);

internal static class ModelMapping
{
    extension(ModelInfo model)
    {
        public ModelResponse ToResponse() => new(
            model.Id, model.Name, model.Provider, model.ContextWindow, model.IsDefault, model.SupportsTools, model.Problem is null ? "available" : "unavailable", model.Problem);
    }
}
