using ChatApp.Web.Integrations.BuiltIn.Recall;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>The user's intent.</summary>
internal enum Intent
{
    /// <summary>None recognised: the message's keywords are searched.</summary>
    LookUp,
    Greeting,
    Thanks,
    Help,
    Connect,
    Clock,
    Count,
    Sessions,
    FirstAsked,
    LastAsked,
    Summary,

    /// <summary>What was said about a topic.</summary>
    Recall,
}

/// <summary>The unit to count.</summary>
internal enum CountUnit
{
    Messages,
    Sessions,
    Words,
    Tokens,
}

/// <summary>The order of passages.</summary>
internal enum Order
{
    Best,
    Newest,
    Oldest,
}

/// <summary>A parsed question.</summary>
/// <param name="Intent">The user's intent.</param>
internal sealed record Question(Intent Intent)
{
    /// <summary>The topic, as the user wrote it; empty if there is none.</summary>
    public string Topic { get; init; } = "";

    /// <summary>The search terms.</summary>
    public IReadOnlyList<string> Terms { get; init; } = [];

    public SessionSelection Selection { get; init; }

    public Period? Period { get; init; }

    public CountUnit CountUnit { get; init; }

    public Order Order { get; init; }

    /// <summary>Whether the user asks what they said themselves, so that their own messages are preferred.</summary>
    public bool PrefersOwnMessages { get; init; }

    /// <summary>The page of results, from 0.</summary>
    public int Page { get; init; }

    /// <summary>Whether the message is a question or request, and not a statement.</summary>
    public bool IsQuestion { get; init; } = true;
}
