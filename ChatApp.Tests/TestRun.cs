using System.Runtime.Versioning;
using ChatApp.Tests.Support;

[assembly: UnsupportedOSPlatform("windows")] // the private server is not there

namespace ChatApp.Tests;

[SetUpFixture]
public sealed class TestRun
{
    [OneTimeTearDown]
    public Task StopServer() => TestPostgres.StopAsync();
}
