namespace ChatApp.Domain.ToolCommands;

/// <summary>
/// A tool call of a command that waits for its user's approval, or has it. It has no message; the same call sent again finds it by its hash and uses it up.
/// </summary>
public sealed class CommandApproval
{
    public const int HashLength = 32;

    /// <summary>One for each call of a user.</summary>
    public const string HashIndex = "ix_command_approvals_user_id_hash";

    /// <summary>The most calls of a user that wait or are approved at the same time.</summary>
    public const int MaxPerUser = 50;

    /// <summary>How long the user has to decide and to send the call again.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    public required Guid UserId { get; init; }

    public required Guid Id { get; init; }

    /// <summary>SHA-256 of the server, the tool and the arguments.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>The tool's name, as models know it.</summary>
    public required string Tool { get; init; }

    /// <summary>When the user approved it; null while it waits.</summary>
    public DateTimeOffset? ApprovedAt { get; set; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>A tool call of a command requires the user's approval first.</summary>
/// <param name="id">The pending approval.</param>
/// <param name="expiresAt">When it expires.</param>
public sealed class ApprovalRequiredException(Guid id, DateTimeOffset expiresAt)
    : Errors.ConflictException("This tool requires your approval. Approve the call, then send it again.")
{
    public Guid Id => id;

    public DateTimeOffset ExpiresAt => expiresAt;
}
