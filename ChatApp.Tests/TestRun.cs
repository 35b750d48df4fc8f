using System.Runtime.Versioning;
using ChatApp.Tests.Support;

[assembly: UnsupportedOSPlatform("windows")] // the private server is not there

namespace ChatApp.Tests;

[SetUpFixture]
public sealed class TestRun
{
    [OneTimeSetUp]
    public void Record() => RecordedSql.Start();

    [OneTimeTearDown]
    public async Task StopServer()
    {
        RecordedSql.Stop();
        await TestPostgres.StopAsync();
    }
}
