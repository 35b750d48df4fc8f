using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Errors;

namespace ChatApp.Web.Features.Chat;

/// <summary>A model in the composer's list.</summary>
/// <param name="Value">What the form sends.</param>
/// <param name="Text">What people read.</param>
/// <param name="Provider">Whose it is.</param>
/// <param name="IsChosen">Whether it answers next.</param>
/// <param name="Problem">Why it cannot be had at the moment; null if it can.</param>
public sealed record ModelChoice(string Value, string Text, string Provider, bool IsChosen, string? Problem);

/// <summary>Puts together which models a conversation can go on with.</summary>
public sealed class ModelChoices(IModelCatalog models)
{
    /// <summary>All models; none if there is no choice.</summary>
    /// <param name="chosen">The session's model; null: whichever is the default one.</param>
    public IReadOnlyList<ModelChoice> Choices(string? chosen)
    {
        var known = models.Known();
        var current = chosen is null or ChatModel.Default ? known.FirstOrDefault(m => m.IsDefault) : known.FirstOrDefault(m => m.Id == chosen);
        List<ModelChoice> choices = [.. known.Select(m => new ModelChoice(
            m.IsDefault ? ChatModel.Default : m.Id, TextOf(m.Name, m.IsDefault ? "default" : null, m.Problem is null ? null : "not available"), m.Provider, m == current, m.Problem))];
        if (current is null && chosen is not (null or ChatModel.Default))
        {
            // It stays chosen until somebody chooses another: not every model is as discreet as the one that is gone.
            choices.Insert(0, Provider(chosen) is { } provider
                ? new(chosen, chosen, provider, IsChosen: true, Problem: null)
                : new(chosen, TextOf(chosen, null, "not available"), "Previously selected", IsChosen: true, "This model is no longer available."));
        }
        return choices.Count > 1 ? choices : [];
    }

    // Servers have models that they do not list.
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
