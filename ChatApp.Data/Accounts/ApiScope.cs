namespace ChatApp.Data.Accounts;

/// <summary>What a personal API key permits. A sign-in permits all of it, and managing the account as well.</summary>
[Flags]
public enum ApiScope
{
    None = 0,

    /// <summary>Read sessions, messages, usage; search.</summary>
    Read = 1,

    /// <summary>Send messages; create and change sessions.</summary>
    Chat = 2,

    /// <summary>Export whole sessions.</summary>
    Export = 4,

    /// <summary>Call tools by command.</summary>
    Tools = 8,

    All = Read | Chat | Export | Tools,
}
