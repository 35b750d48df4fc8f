using ChatApp.Data.Accounts;

namespace ChatApp.Web.Features.Accounts;

/// <summary>An account, as its owner sees it.</summary>
public sealed record UserResponse(Guid Id, string Username, string Email, IReadOnlyList<string> Roles, DateTimeOffset CreatedAt, bool TwoFactorEnabled);

/// <summary>The account in the response to a sign-in.</summary>
public sealed record LoginUserResponse(Guid Id, string Username, string Email);

/// <summary>The tokens of a sign-in, which are shown only once.</summary>
/// <param name="AccessToken">Sent as <c>Authorization: Bearer …</c>.</param>
/// <param name="RefreshToken">Gets the next pair of tokens, once.</param>
/// <param name="TokenType">Always <c>bearer</c>.</param>
/// <param name="ExpiresIn">Seconds until the access token expires.</param>
/// <param name="ExpiresAt">When the access token expires.</param>
/// <param name="User">The account.</param>
public sealed record LoginResponse(
    string AccessToken, string RefreshToken, string TokenType, long ExpiresIn, DateTimeOffset ExpiresAt, LoginUserResponse User);

internal static class AccountMapping
{
    extension(AppUser user)
    {
        public UserResponse ToResponse(IReadOnlyList<string> roles) => new(user.Id, user.UserName!, user.Email!, roles, user.CreatedAt, user.TwoFactorEnabled);

        public LoginResponse ToResponse(TokenPair tokens) => new(
            tokens.AccessToken, tokens.RefreshToken, "bearer", (long)tokens.ExpiresIn.TotalSeconds, tokens.ExpiresAt,
            new(user.Id, user.UserName!, user.Email!));
    }
}
