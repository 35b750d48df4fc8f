using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace ChatApp.Data.Configurations;

/// <summary>Stores an enumeration as lower-case words, which analysts can read and which survive a reordering.</summary>
internal static class Lowercase
{
    public static ValueConverter<T, string> Of<T>()
        where T : struct, Enum =>
        new(value => value.ToString().ToLowerInvariant(), text => Enum.Parse<T>(text, true));
}
