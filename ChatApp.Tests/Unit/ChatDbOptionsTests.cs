using ChatApp.Data;
using Npgsql;

namespace ChatApp.Tests.Unit;

internal sealed class ChatDbOptionsTests
{
    [Test]
    public void WithDefaults_NothingGiven_FailsWithinSeconds()
    {
        var settings = new NpgsqlConnectionStringBuilder(ChatDbOptions.WithDefaults("Host=db.example.com;Database=chat"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((settings.Timeout, settings.CommandTimeout, settings.CancellationTimeout), Is.EqualTo((2, 3, -1)));
            Assert.That((settings.MaxPoolSize, settings.MaxAutoPrepare), Is.EqualTo((30, 50)));
            Assert.That(settings.ApplicationName, Is.EqualTo("ChatApp"));
            Assert.That((settings.Host, settings.Database), Is.EqualTo(("db.example.com", "chat")));
        }
    }

    [Test]
    public void WithDefaults_GivenValues_AreKept()
    {
        var settings = new NpgsqlConnectionStringBuilder(ChatDbOptions.WithDefaults("Host=/run/pg;CommandTimeout=77;maximum pool size=7;Application Name=mine;GSS Encryption Mode=Prefer"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((settings.CommandTimeout, settings.MaxPoolSize, settings.Timeout), Is.EqualTo((77, 7, 2)));
            Assert.That(settings.ApplicationName, Is.EqualTo("mine"));
            Assert.That(settings.GssEncryptionMode, Is.EqualTo(GssEncryptionMode.Prefer));
        }
    }

    [TestCase("/run/pg")]
    [TestCase("localhost")]
    [TestCase("127.0.0.1")]
    public void WithDefaults_LocalServer_SkipsTheEncryptionRoundTrip(string host) => Assert.That(
        new NpgsqlConnectionStringBuilder(ChatDbOptions.WithDefaults($"Host={host}")).GssEncryptionMode, Is.EqualTo(GssEncryptionMode.Disable));
}
