using System.Diagnostics.CodeAnalysis;
using ChatApp.Domain.Text;

namespace ChatApp.Domain.Sessions;

/// <summary>What a caller names a session by: its id or its thread key. Any text parses; one that cannot name a session finds none.</summary>
public readonly record struct SessionKey(string Value) : IParsable<SessionKey>
{
    /// <summary>The key as an id, if it has the form of one.</summary>
    public Guid? Id => Guid.TryParseExact(Value, "D", out var id) ? id : null;

    /// <summary>Whether the database can store such a key.</summary>
    public bool IsPossible => Value.Length is > 0 and <= ChatSession.ThreadIdMaxLength && StorableText.IsStorable(Value);

    public static SessionKey Of(Guid id) => new(id.ToString());

    public static SessionKey Parse(string s, IFormatProvider? provider) => new(s);

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out SessionKey result)
    {
        result = new(s ?? "");
        return s is not null;
    }

    public override string ToString() => Value;
}
