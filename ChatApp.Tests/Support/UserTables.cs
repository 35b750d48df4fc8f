namespace ChatApp.Tests.Support;

/// <summary>The users' tables, and the exceptions from the rule that every row is found by its user.</summary>
internal static class UserTables
{
    /// <summary>Their keys begin with <c>user_id</c>, and every statement names the user for each of them.</summary>
    public static readonly IReadOnlySet<string> All = new HashSet<string>
    {
        "chat_sessions", "messages", "reply_deltas", "tool_approvals", "command_approvals", "idempotency_keys", "usage_records", "user_usage",
        "two_factor_secrets", "recovery_codes",
    };

    /// <summary>Small tables with a <c>user_id</c> that are on every node of a cluster and read before the user is known, each with the reason.</summary>
    public static readonly IReadOnlyDictionary<string, string> Exceptions = new Dictionary<string, string>
    {
        ["access_tokens"] = "a request's token is looked up by its hash, which identifies the user",
        ["user_claims"] = "ASP.NET Core Identity's",
        ["user_logins"] = "ASP.NET Core Identity's: looked up by an external login, which identifies the user",
        ["user_roles"] = "ASP.NET Core Identity's: also read from the role to its users",
        ["user_tokens"] = "ASP.NET Core Identity's",
    };

    /// <summary>Tables of accounts: equality with their columns does not name the user.</summary>
    public static readonly IReadOnlySet<string> Accounts = new HashSet<string>(Exceptions.Keys) { "users", "roles", "role_claims" };
}
