namespace ChatApp.Data.Security;

/// <summary>Who and where the current request comes from. All members are null in background work.</summary>
public interface IRequestOrigin
{
    /// <summary>The signed-in account.</summary>
    Guid? UserId { get; }

    /// <summary>The sign-in of the request's credentials.</summary>
    Guid? LoginId { get; }

    /// <summary>The IP address.</summary>
    string? Address { get; }

    /// <summary>The network of the address, for counting: one customer has a whole IPv6 network.</summary>
    string? Network { get; }

    /// <summary>The browser or program, as it names itself.</summary>
    string? UserAgent { get; }
}
