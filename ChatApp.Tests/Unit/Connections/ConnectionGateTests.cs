using System.Net;
using ChatApp.Tests.Support;
using ChatApp.Web.Infrastructure.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ChatApp.Tests.Unit.Connections;

internal sealed class ConnectionGateTests
{
    private const string Loopback = "127.0.0.1";

    [Test]
    public async Task Admit_OneAddressAtItsLimit_RefusesOnlyThatAddress()
    {
        var gate = Gate(max: 100, perAddress: 2);
        var first = await AdmitAsync(gate, "192.0.2.1");
        await AdmitAsync(gate, "192.0.2.1");

        Assert.That(await IsAdmittedAsync(gate, "192.0.2.1"), Is.False);
        Assert.That(await IsAdmittedAsync(gate, "::ffff:192.0.2.1"), Is.False, "the same address, written for IPv6");
        Assert.That(await IsAdmittedAsync(gate, "192.0.2.2"), Is.True);
        await first.DisposeAsync();
        Assert.That(await IsAdmittedAsync(gate, "192.0.2.1"), Is.True, "one was closed");
    }

    [Test]
    public async Task Admit_ManyAddressesOfOneSite_CountTogether()
    {
        var gate = Gate(max: 100, perAddress: 1);
        await AdmitAsync(gate, "2001:db8:0:1::1");

        Assert.That(await IsAdmittedAsync(gate, "2001:db8:0:1:ffff::2"), Is.False);
        Assert.That(await IsAdmittedAsync(gate, "2001:db8:0:2::1"), Is.True);
    }

    [TestCase(Loopback, false)]
    [TestCase("::1", false)]
    [TestCase("192.0.2.1", true)]
    public async Task Admit_ProxyAtTheLimitOfAnAddress_IsNotLimited(string address, bool trustsForwardedHeaders)
    {
        var gate = Gate(max: 100, perAddress: 1, trustsForwardedHeaders);
        await AdmitAsync(gate, address);

        Assert.That(await IsAdmittedAsync(gate, address), Is.True);
    }

    [Test]
    public async Task Admit_NoRoom_ClosesTheOldestSilentConnection()
    {
        var gate = Gate(max: 3, perAddress: 100);
        var spoken = await AdmitAsync(gate, Loopback);
        gate.HasSpoken(spoken);
        var (older, younger) = (await AdmitAsync(gate, Loopback), await AdmitAsync(gate, Loopback));

        var admission = IsAdmittedAsync(gate, Loopback);

        Assert.That(admission.IsCompleted, Is.False, "its file is still open");
        await Eventually.TrueAsync(() => older.ConnectionClosed.IsCancellationRequested, "the oldest is closed");
        Assert.That((younger.ConnectionClosed.IsCancellationRequested, spoken.ConnectionClosed.IsCancellationRequested), Is.EqualTo((false, false)));
        await older.DisposeAsync();
        Assert.That(await admission, Is.True);
    }

    [Test]
    public async Task Admit_NoRoomAndNobodySilent_Refuses()
    {
        var gate = Gate(max: 1, perAddress: 100);
        var busy = await AdmitAsync(gate, Loopback);
        gate.HasSpoken(busy);

        Assert.That(await IsAdmittedAsync(gate, Loopback), Is.False);
        await busy.DisposeAsync();
        Assert.That(await IsAdmittedAsync(gate, Loopback), Is.True);
    }

    [TestCase("Max open files            1500                 4096                 files     \n", 1500)]
    [TestCase("Max cpu time              unlimited            unlimited            seconds   \nMax open files            unlimited            unlimited            files     \n", int.MaxValue)]
    [TestCase("Max cpu time              unlimited            unlimited            seconds   \n", 4096)]
    public void OpenFiles_OfAProcess_AreTheSoftLimit(string limits, int expected)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, limits);
        try
        {
            Assert.That(OpenFiles.Read(file), Is.EqualTo(expected));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestCase(20_000, 15_000)]
    [TestCase(1500, 800)]
    [TestCase(256, 128)]
    public void OpenFiles_OfConnections_LeaveRoomForEverythingElse(int limit, int expected) => Assert.That(OpenFiles.ForConnections(limit), Is.EqualTo(expected));

    private static ConnectionGate Gate(int max, int perAddress, bool trustsForwardedHeaders = false) => new(
        Options.Create(new ConnectionSettings { Max = max, MaxPerAddress = perAddress }),
        new ConfigurationBuilder().AddInMemoryCollection([new("ForwardedHeaders_Enabled", $"{trustsForwardedHeaders}")]).Build(),
        TimeProvider.System,
        NullLogger<ConnectionGate>.Instance);

    private static async Task<GatedConnection> AdmitAsync(ConnectionGate gate, string address)
    {
        var connection = Connection(gate, address);
        Assert.That(await gate.TryAdmitAsync(connection), Is.True);
        return connection;
    }

    private static Task<bool> IsAdmittedAsync(ConnectionGate gate, string address) => gate.TryAdmitAsync(Connection(gate, address)).AsTask();

    private static GatedConnection Connection(ConnectionGate gate, string address) =>
        new(new DefaultConnectionContext { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 40_000) }, gate);
}
