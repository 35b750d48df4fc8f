namespace ChatApp.Domain.Errors;

/// <summary>An outcome that the caller must hear of. The message is written for people and never contains anybody's data.</summary>
public abstract class ChatAppException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The thing is not there, is deleted, or belongs to somebody else: one answer for all three.</summary>
/// <param name="what">What is not there, as a sentence begins with it.</param>
/// <param name="message">The whole sentence, if it is another one.</param>
public sealed class NotFoundException(string what, string? message = null) : ChatAppException(message ?? $"{what} not found.");

/// <summary>The request is well formed but the present state does not allow it.</summary>
public class ConflictException(string message) : ChatAppException(message);

/// <summary>The caller's copy of the thing is older than the stored one (a failed <c>If-Match</c>).</summary>
public sealed class StaleException() : ConflictException("It was changed in the meantime. Load it again, then repeat the change.");

/// <summary>A field of the input is not acceptable.</summary>
/// <param name="field">The field's name as the JSON API spells it.</param>
/// <param name="message">What is wrong with it.</param>
public sealed class InvalidException(string field, string message) : ChatAppException(message)
{
    /// <summary>The field's name as the JSON API spells it.</summary>
    public string Field { get; } = field;
}

/// <summary>Something that this request needs can't be reached at the moment; trying again may help.</summary>
public sealed class UnavailableException(string message, Exception? inner = null) : ChatAppException(message, inner)
{
    /// <summary>How long a client should wait before it tries again.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>The caller has used up what it may use; it must wait or ask an administrator.</summary>
public sealed class QuotaExceededException(string message) : ChatAppException(message);
