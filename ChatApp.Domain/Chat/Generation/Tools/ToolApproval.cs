namespace ChatApp.Domain.Chat.Generation.Tools;

/// <summary>A user's decision about a tool call that requires approval.</summary>
public enum ToolDecision
{
    /// <summary>Allows this call.</summary>
    Once,

    /// <summary>Allows this call and all further calls of the same tool in this session.</summary>
    Session,
    Deny,
}

/// <summary>A stored decision about a tool call. The first one counts.</summary>
public sealed class ToolApproval
{
    public const int CallIdMaxLength = 8;

    public const int ToolMaxLength = 64;

    /// <summary>The primary key: one decision a call.</summary>
    public const string PrimaryKey = "pk_tool_approvals";

    public required Guid UserId { get; init; }

    public required Guid SessionId { get; init; }

    /// <summary>The call's reply.</summary>
    public required Guid MessageId { get; init; }

    /// <summary><see cref="ToolCall.Id"/>.</summary>
    public required string CallId { get; init; }

    /// <summary>The tool's name.</summary>
    public required string Tool { get; init; }

    public required ToolDecision Decision { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
