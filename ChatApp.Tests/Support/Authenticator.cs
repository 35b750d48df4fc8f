using ChatApp.Data.Accounts.TwoFactor;

namespace ChatApp.Tests.Support;

/// <summary>An authenticator app with the secret of one account.</summary>
internal sealed class Authenticator(string base32, TimeProvider clock)
{
    private readonly byte[] _secret = Decode(base32);

    public string Secret => base32;

    public string SecretHex => Convert.ToHexStringLower(_secret);

    /// <summary>The code that the app shows.</summary>
    /// <param name="steps">How many steps of 30 seconds its clock is ahead.</param>
    public string Code(int steps = 0) => Totp.Code(_secret, Totp.StepAt(clock.GetUtcNow()) + steps);

    /// <summary>A code of none of the steps around now.</summary>
    public string WrongCode()
    {
        var right = Enumerable.Range(-3, 7).Select(Code).ToHashSet();
        return Enumerable.Range(0, right.Count + 1).Select(n => $"{n:000000}").First(code => !right.Contains(code));
    }

    /// <summary>Turns two-factor sign-in on for an account.</summary>
    /// <returns>The app, and the recovery codes.</returns>
    public static async Task<(Authenticator App, IReadOnlyList<string> RecoveryCodes)> TurnOnAsync(TestApp app, TestUser user, TimeProvider clock) =>
        await app.WithServiceAsync(async (TwoFactorService service) =>
        {
            var setup = service.Begin(user.Id);
            var authenticator = new Authenticator(setup.Secret, clock);
            // The code of the step before: the present one can still be used to sign in.
            return (authenticator, await service.TurnOnAsync(user.Id, setup.Ticket, authenticator.Code(-1), CancellationToken.None));
        });

    private static byte[] Decode(string text)
    {
        var bits = string.Concat(text.Select(c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }
}
