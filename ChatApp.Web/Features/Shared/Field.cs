namespace ChatApp.Web.Features.Shared;

/// <summary>A labelled input of a form, with its hint and its errors, for the partial view <c>_Field</c>.</summary>
/// <param name="Name">The name in the form and in the model state.</param>
/// <param name="Label">The label.</param>
/// <param name="Value">The value typed before; passwords are never sent back.</param>
public sealed record Field(string Name, string Label, string? Value = null)
{
    public string Type { get; init; } = "text";

    public string? Autocomplete { get; init; }

    public string? Hint { get; init; }

    public int? MaxLength { get; init; }

    public bool Required { get; init; } = true;

    public bool Autofocus { get; init; }

    public static Field Password(string name, string label, string autocomplete) => new(name, label) { Type = "password", Autocomplete = autocomplete };
}
