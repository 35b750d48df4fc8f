using ChatApp.Domain.Errors;
using ChatApp.Domain.Models;

namespace ChatApp.Web.Features.Chat;

/// <summary>A model in the composer's list.</summary>
/// <param name="Value">The value in the form.</param>
/// <param name="Text">The label.</param>
/// <param name="Provider">The provider.</param>
/// <param name="IsChosen">Whether it is selected.</param>
/// <param name="Problem">Why it is unavailable; null if it is available.</param>
public sealed record ModelChoice(string Value, string Text, string Provider, bool IsChosen, string? Problem);

/// <summary>Lists the models that a chat can use.</summary>
public sealed class ModelChoices(IModelCatalog models)
{
    /// <summary>All models; none if there is no choice.</summary>
    /// <param name="chosen">The session's model; null for the default one.</param>
    public IReadOnlyList<ModelChoice> Choices(string? chosen)
    {
        var known = models.Known();
        var current = chosen is null or ChatModel.Default ? known.FirstOrDefault(m => m.IsDefault) : known.FirstOrDefault(m => m.Id == chosen);
        List<ModelChoice> choices = [.. known.Select(m => new ModelChoice(
            m.IsDefault ? ChatModel.Default : m.Id, TextOf(m.Name, m.IsDefault ? "default" : null, m.Problem is null ? null : "not available"), m.Provider, m == current, m.Problem))];
        if (current is null && chosen is not (null or ChatModel.Default))
        {
            // It stays selected: switching to another provider, which may treat data differently, is up to the user.
            choices.Insert(0, Provider(chosen) is { } provider
                ? new(chosen, chosen, provider, IsChosen: true, Problem: null)
                : new(chosen, TextOf(chosen, null, "not available"), "Previously selected", IsChosen: true, "This model is no longer available."));
        }
        return choices.Count > 1 ? choices : [];
    }

    // Servers may have models that they do not list.
    private string? Provider(string model)
    {
        try
        {
            return models.Get(model).Provider;
        }
        catch (InvalidException)
        {
            return null;
        }
    }

    private static string TextOf(string name, params IEnumerable<string?> notes)
    {
        var note = string.Join(", ", notes.Where(n => n is not null));
        return note.Length == 0 ? name : $"{name} ({note})";
    }
}
