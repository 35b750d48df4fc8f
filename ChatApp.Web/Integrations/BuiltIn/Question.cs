using ChatApp.Web.Integrations.BuiltIn.Recall;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>What the user wants.</summary>
internal enum Want
{
    /// <summary>Nothing in particular: the words that matter are looked up.</summary>
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

    /// <summary>What was said about something.</summary>
    Recall,
}

/// <summary>What is to be counted.</summary>
internal enum Counted
{
    Messages,
    Sessions,
    Words,
    Tokens,
}

/// <summary>In which order passages are wanted.</summary>
internal enum Order
{
    Best,
    Newest,
    Oldest,
}

/// <summary>A question as far as it is understood.</summary>
/// <param name="Want">What the user wants.</param>
internal sealed record Question(Want Want)
{
    /// <summary>What it is about, as the user wrote it; empty if it is about nothing in particular.</summary>
    public string Topic { get; init; } = "";

    /// <summary>What to search for.</summary>
    public IReadOnlyList<string> Terms { get; init; } = [];

    public SessionReach Reach { get; init; }

    public Period? Period { get; init; }

    public Counted Counted { get; init; }

    public Order Order { get; init; }

    /// <summary>Whether the question is what the user said, rather than what was said.</summary>
    public bool Mine { get; init; }

    /// <summary>How often more was asked for: 0 is the first page.</summary>
    public int Page { get; init; }

    /// <summary>Whether the user asks at all, or only tells something.</summary>
    public bool IsQuestion { get; init; } = true;
}
