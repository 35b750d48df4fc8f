namespace ChatApp.Domain.Chat.Tools;

/// <summary>What a user says to a call of a tool that asks first.</summary>
public enum ToolDecision
{
    /// <summary>This one call may be made.</summary>
    Once,

    /// <summary>This call may be made, and all further calls of the same tool in this session.</summary>
    Session,
    Deny,
}

/// <summary>A user's decision about a call of a tool. The first one counts.</summary>
public sealed class ToolApproval
{
    /// <summary>The primary key: one decision a call.</summary>
    public const string PrimaryKey = "pk_tool_approvals";

    public const int CallIdMaxLength = 8;

    public const int ToolMaxLength = 64;

    /// <summary>The answer that the call is for.</summary>
    public Guid MessageId { get; set; }

    /// <summary><see cref="ToolCall.Id"/>.</summary>
    public string CallId { get; set; } = "";

    public Guid SessionId { get; set; }

    public Guid UserId { get; set; }

    /// <summary>The tool's name.</summary>
    public string Tool { get; set; } = "";

    public ToolDecision Decision { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}
