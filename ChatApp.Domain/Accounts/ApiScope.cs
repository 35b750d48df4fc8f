namespace ChatApp.Domain.Accounts;

/// <summary>What a personal API key may do. A sign-in may do all of it, and manage the account besides.</summary>
[Flags]
public enum ApiScope
{
    None = 0,

    /// <summary>Read sessions, messages, usage; search.</summary>
    Read = 1,

    /// <summary>Send messages, make and change sessions.</summary>
    Chat = 2,

    /// <summary>Take whole conversations away.</summary>
    Export = 4,

    All = Read | Chat | Export,
}
