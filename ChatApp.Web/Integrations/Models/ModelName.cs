using ChatApp.Domain.Chat;
using ChatApp.Domain.Text;

namespace ChatApp.Web.Integrations.Models;

/// <summary>The rules for model names.</summary>
internal static class ModelName
{
    /// <summary>What is wrong with the name; null if it is valid.</summary>
    public static string? Problem(string name) =>
        string.IsNullOrWhiteSpace(name) ? "The model's name is empty."
        : name.Length > ChatMessage.ModelMaxLength ? $"The model's name must have at most {ChatMessage.ModelMaxLength} characters."
        : !StorableText.IsStorable(name) || name.Any(char.IsControl) ? "The model's name contains invalid characters."
        : null;
}
