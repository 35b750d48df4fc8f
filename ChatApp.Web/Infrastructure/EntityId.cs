using System.Diagnostics.CodeAnalysis;
using ChatApp.Domain.Errors;

namespace ChatApp.Web.Infrastructure;

/// <summary>An id in a path. A malformed one is a 404, like an unknown one.</summary>
public readonly record struct EntityId(Guid? Value) : IParsable<EntityId>
{
    public static EntityId Parse(string s, IFormatProvider? provider) => new(Guid.TryParseExact(s, "D", out var id) ? id : null);

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out EntityId result)
    {
        result = Parse(s ?? "", provider);
        return true;
    }

    /// <exception cref="NotFoundException">The id is malformed.</exception>
    public Guid RequiredFor(string what) => Value ?? throw new NotFoundException(what);
}
