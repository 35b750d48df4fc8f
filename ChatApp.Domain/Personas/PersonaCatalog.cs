using ChatApp.Domain.Errors;

namespace ChatApp.Domain.Personas;

/// <summary>The personas of this installation, loaded at start.</summary>
public sealed class PersonaCatalog
{
    public const string DefaultKey = "default";
    public const int KeyMaxLength = 64;

    private readonly Dictionary<string, Persona> _byKey;

    /// <exception cref="InvalidOperationException">There is no default persona.</exception>
    public PersonaCatalog(IEnumerable<Persona> personas)
    {
        All = [.. personas.OrderBy(p => p.Key != DefaultKey).ThenBy(p => p.Name, StringComparer.Ordinal)];
        _byKey = All.ToDictionary(p => p.Key, StringComparer.Ordinal);
        if (!_byKey.ContainsKey(DefaultKey))
        {
            throw new InvalidOperationException($"There is no persona '{DefaultKey}'.");
        }
    }

    /// <summary>All personas, the default one first.</summary>
    public IReadOnlyList<Persona> All { get; }

    /// <summary>The persona with this key; the default one if it has been removed.</summary>
    public Persona Get(string key) => _byKey.GetValueOrDefault(key) ?? (key == Persona.PlainKey ? Persona.Plain : _byKey[DefaultKey]);

    /// <summary>Checks that there is a persona with this key; null is the default.</summary>
    /// <exception cref="InvalidException">There is no such persona.</exception>
    public string Require(string? key) =>
        key is null ? DefaultKey
        : _byKey.ContainsKey(key) || key == Persona.PlainKey ? key
        : throw new InvalidException("persona", $"There is no such persona. Available: {string.Join(", ", _byKey.Keys)}.");
}
