using ChatApp.Data.Accounts;

namespace ChatApp.Web.Features.Accounts;

/// <summary>A sign-in of the caller that is still valid.</summary>
/// <param name="Id">Identifies it, e.g. to revoke it.</param>
/// <param name="Kind"><c>browser</c> for a sign-in to the pages, <c>program</c> for one to the API.</param>
/// <param name="Current">Whether it is the one that made this request.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="LastUsedAt">When it was last used or renewed.</param>
/// <param name="ExpiresAt">When it ends unless it is renewed.</param>
/// <param name="Address">The IP address from which it was started; null if unknown.</param>
/// <param name="UserAgent">The browser or program that started it, as it names itself.</param>
public sealed record SignInResponse(
    Guid Id, string Kind, bool Current, DateTimeOffset StartedAt, DateTimeOffset LastUsedAt, DateTimeOffset? ExpiresAt, string? Address, string? UserAgent);

/// <summary>The caller's sign-ins, last used first; there are never more than one page.</summary>
public sealed record SignInsResponse(IReadOnlyList<SignInResponse> SignIns)
{
    public int Count => SignIns.Count;

    public string? NextCursor { get; }
}

internal static class SignInMapping
{
    extension(SignIn login)
    {
        public SignInResponse ToResponse(Guid? current) => new(
            login.Id, login.IsBrowser ? "browser" : "program", login.Id == current, login.StartedAt, login.LastUsedAt, login.ExpiresAt, login.Address, login.UserAgent);
    }
}
