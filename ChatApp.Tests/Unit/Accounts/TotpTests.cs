using System.Text;
using ChatApp.Data.Accounts.TwoFactor;

namespace ChatApp.Tests.Unit.Accounts;

internal sealed class TotpTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("12345678901234567890");

    // RFC 6238, appendix B, SHA-1, cut to six digits.
    [TestCase(59L, "287082")]
    [TestCase(1111111109L, "081804")]
    [TestCase(1111111111L, "050471")]
    [TestCase(1234567890L, "005924")]
    [TestCase(2000000000L, "279037")]
    [TestCase(20000000000L, "353130")]
    public void Code_AtTheTimesOfTheRfc_IsTheRfcs(long seconds, string code) =>
        Assert.That(Totp.Code(Secret, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds))), Is.EqualTo(code));

    [Test]
    public void Match_CodesAroundNow_AcceptsOneStepEitherWay()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1111111111);
        var step = Totp.StepAt(now);

        var matched = Enumerable.Range(-3, 7).Select(i => Totp.Match(Secret, Totp.Code(Secret, step + i), now) - step);

        Assert.That(matched, Is.EqualTo(new long?[] { null, null, -1, 0, 1, null, null }));
    }

    // RFC 4648, 10, without padding.
    [TestCase("", "")]
    [TestCase("f", "MY")]
    [TestCase("fo", "MZXQ")]
    [TestCase("foobar", "MZXW6YTBOI")]
    public void Base32_OfTheRfcsTexts_IsTheRfcs(string text, string encoded) => Assert.That(Base32.Encode(Encoding.ASCII.GetBytes(text)), Is.EqualTo(encoded));
}
