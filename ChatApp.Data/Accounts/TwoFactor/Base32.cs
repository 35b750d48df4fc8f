namespace ChatApp.Data.Accounts.TwoFactor;

/// <summary>Base32 (RFC 4648) without padding: what authenticator apps and people can type.</summary>
public static class Base32
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int BitsPerCharacter = 5;

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new System.Text.StringBuilder();
        var (bits, count) = (0, 0);
        foreach (var value in bytes)
        {
            (bits, count) = ((bits << 8) | value, count + 8);
            while (count >= BitsPerCharacter)
            {
                count -= BitsPerCharacter;
                text.Append(Alphabet[(bits >> count) & 31]);
            }
            bits &= (1 << count) - 1;
        }
        return count == 0 ? text.ToString() : text.Append(Alphabet[(bits << (BitsPerCharacter - count)) & 31]).ToString();
    }
}
