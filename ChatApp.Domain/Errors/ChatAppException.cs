namespace ChatApp.Domain.Errors;

/// <summary>An outcome that is reported to the caller. The message is written for people and never contains anybody's data.</summary>
public abstract class ChatAppException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The thing is not there, is deleted, or belongs to somebody else: the same outcome for all three.</summary>
/// <param name="what">The missing thing, capitalised for the start of a sentence.</param>
/// <param name="message">The whole sentence, if it differs.</param>
public sealed class NotFoundException(string what, string? message = null) : ChatAppException(message ?? $"{what} not found.");

/// <summary>The request is well formed but conflicts with the current state.</summary>
public class ConflictException(string message) : ChatAppException(message);

/// <summary>The caller's version is older than the stored one (a failed <c>If-Match</c>).</summary>
public sealed class StaleException() : ConflictException("It was changed in the meantime. Load it again, then repeat the change.");

/// <summary>A field of the input is not acceptable.</summary>
/// <param name="field">The field's name as the JSON API spells it.</param>
/// <param name="message">What is wrong with it.</param>
public sealed class InvalidException(string field, string message) : ChatAppException(message)
{
    /// <summary>The field's name as the JSON API spells it.</summary>
    public string Field { get; } = field;
}

/// <summary>Something that this request needs is temporarily unavailable; a retry may succeed.</summary>
public sealed class UnavailableException(string message, Exception? inner = null) : ChatAppException(message, inner)
{
    /// <summary>How long a client should wait before it tries again.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>The caller does too much at the same time, or has guessed a secret too often.</summary>
public sealed class TooManyException(string message) : ChatAppException(message)
{
    /// <summary>How long a client should wait before it tries again.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>The caller's quota is used up.</summary>
public sealed class QuotaExceededException(string message) : ChatAppException(message);
