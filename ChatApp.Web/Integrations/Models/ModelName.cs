using ChatApp.Domain.Chat;
using ChatApp.Domain.Text;

namespace ChatApp.Web.Integrations.Models;

/// <summary>What a model's name must be like, so that it can be stored, sent and shown.</summary>
internal static class ModelName
{
    /// <summary>What is wrong with the name; null if nothing is.</summary>
    public static string? Problem(string name) =>
        string.IsNullOrWhiteSpace(name) ? "The model's name is empty."
        : name.Length > ChatMessage.ModelMaxLength ? $"The model's name has more than {ChatMessage.ModelMaxLength} characters."
        : !StorableText.IsStorable(name) || name.Any(char.IsControl) ? "The model's name contains characters that names cannot contain."
        : null;
}
