using ChatApp.Data.Accounts;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace ChatApp.Data.Configurations;

/// <summary>Stores scopes by their names. <c>all</c> was written when there were three, and must not become more for keys that exist.</summary>
internal static class ScopeNames
{
    private const string AllOfThree = "all";
    private const ApiScope Three = ApiScope.Read | ApiScope.Chat | ApiScope.Export;

    public static ValueConverter<ApiScope, string> Converter { get; } = new(scopes => Write(scopes), text => Read(text));

    private static ApiScope Read(string text) => text == AllOfThree ? Three : Enum.Parse<ApiScope>(text, ignoreCase: true);

    private static string Write(ApiScope scopes) => scopes switch
    {
        Three => AllOfThree,
        ApiScope.All => "read, chat, export, tools",
        _ => scopes.ToString().ToLowerInvariant(),
    };
}
