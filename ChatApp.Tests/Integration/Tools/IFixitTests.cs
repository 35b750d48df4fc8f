using ChatApp.Domain.Chat.Generation.Tools;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Tests.Support;
using ChatApp.Web.Integrations.IFixit;
using ChatApp.Web.Integrations.Outgoing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;

namespace ChatApp.Tests.Integration.Tools;

/// <summary>Repair guides from a server with iFixit's API 2.0.</summary>
internal sealed class IFixitTests
{
    private const string Licence = "From iFixit, licensed under CC BY-NC-SA: name iFixit and give the link when you use it.";

    private RecordedServer _server = null!;
    private IFixitTools _tools = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _server = await RecordedServer.StartAsync();
        _server.On("/api/2.0/search/Toastmaster%203000?filter=device&limit=10", RecordedIFixit.Devices)
            .On("/api/2.0/search/nothing?filter=device&limit=10", """{"search": "nothing", "totalResults": 0, "results": []}""")
            .On("/api/2.0/wikis/CATEGORY/Toastmaster%203000", RecordedIFixit.Device)
            .On("/api/2.0/wikis/CATEGORY/Toastmaster%203000%20Plus", RecordedIFixit.DeviceWithoutGuides)
            .On("/api/2.0/search/Toastmaster%203000%20Plus?filter=guide&limit=50", RecordedIFixit.GuideSearch)
            .On("/api/2.0/guides/90002", RecordedIFixit.Guide)
            .On("/api/2.0/guides/90009", RecordedIFixit.LongGuide(60))
            .On("/api/2.0/guides/7", RecordedIFixit.NotFound)
            .On("/api/2.0/guides/500", "{}", status: 500)
            .On("/api/2.0/guides/501", "<html>Sorry</html>", "text/html");
        _tools = new(
            new($"{_server.Address}/api/2.0"), AllowedHosts.From(new ConfigurationBuilder().Build()), OutgoingNetwork.Internet, TimeProvider.System);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _tools.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task FindDevice_Known_ReturnsNamesLinksAndLicence() => Assert.That(await CallAsync("ifixit_find_device", new() { ["query"] = "Toastmaster 3000" }), Is.EqualTo($"""
        - Toastmaster 3000: A toaster for two slices, sold since 2019. Model TM-3000. https://www.ifixit.com/Device/Toastmaster_3000
        - Toastmaster 3000 Plus https://www.ifixit.com/Device/Toastmaster_3000_Plus
        {Licence}
        """));

    [Test]
    public async Task FindDevice_Unknown_SaysSo() =>
        Assert.That(await CallAsync("ifixit_find_device", new() { ["query"] = "nothing" }), Does.StartWith("iFixit knows no device for “nothing”."));

    [Test]
    public async Task ListGuides_Device_ListsThemAndTheUnfinishedLast() => Assert.That(await CallAsync("ifixit_list_guides", new() { ["device"] = "Toastmaster 3000" }), Is.EqualTo($"""
        Toastmaster 3000: A toaster & more.
        Repairability: 7 of 10
        Guides:
        - guide 90002: Toastmaster 3000 Heater Replacement (replacement, Moderate, up to 2 h) https://www.ifixit.com/Guide/Toastmaster+3000+Heater+Replacement/90002
        - guide 90001: Toastmaster 3000 Cord Replacement (replacement, Easy, up to 30 min, unfinished) https://www.ifixit.com/Guide/Toastmaster+3000+Cord+Replacement/90001
        {Licence}
        """));

    [Test]
    public async Task ListGuides_PageWithoutGuides_SearchesForThoseOfThisDevice()
    {
        var text = await CallAsync("ifixit_list_guides", new() { ["device"] = "Toastmaster 3000 Plus" });

        Assert.That(text, Does.Contain("guide 90003: Toastmaster 3000 Plus Lever Replacement (replacement, Very easy, up to 10 min)").And.Not.Contain("90002"));
    }

    [Test]
    public async Task ReadGuide_Guide_HasOnlyRelevantFields() => Assert.That(await CallAsync("ifixit_read_guide", new() { ["guideId"] = 90002 }), Is.EqualTo($"""
        Toastmaster 3000 Heater Replacement
        https://www.ifixit.com/Guide/Toastmaster+3000+Heater+Replacement/90002
        {Licence}
        Device: Toastmaster 3000. Difficulty: Moderate. Time: 1 - 2 hours. Steps: 2.
        Tools: Phillips #1 Screwdriver; Spudger (optional)
        Parts: 2 × Heater – 230 V
        First do: Toastmaster 3000 Cord Replacement (guide 90001)
        Unplug the toaster. Let it cool.
        Step 1: Open the base
        - Remove the four 5 mm screws.
          - Two are under the feet.
        - Caution: Edges < 1 mm are sharp.
        Step 2
        - Note: Lift the heater out.
        Put it together in reverse order.
        """));

    [Test]
    public async Task ReadGuide_LongGuide_IsPagedWithEveryStepOnce()
    {
        var (parts, next) = (new List<string>(), 1);
        do
        {
            parts.Add(await CallAsync("ifixit_read_guide", new() { ["guideId"] = 90009, ["firstStep"] = next }));
            var cut = System.Text.RegularExpressions.Regex.Match(parts[^1], @"\[Truncated: steps (\d+) to 60 follow\. Continue with firstStep \1\.\]$");
            next = cut.Success ? int.Parse(cut.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : 0;
        }
        while (next > 0);

        Assert.That(parts, Has.Count.GreaterThan(2));
        Assert.That(parts.Select(p => p.Length), Is.All.LessThan(ToolCall.ResultMaxLength));
        var titles = parts.SelectMany(p => p.Split('\n').Where(l => l.StartsWith("Step ", StringComparison.Ordinal)));
        Assert.That(titles, Is.EqualTo(Enumerable.Range(1, 60).Select(i => $"Step {i}: Part {i}")));
        Assert.That(parts, Is.All.Contains(Licence).And.All.Contains("https://www.ifixit.com/Guide/Everything/90009"));
    }

    [TestCase("ifixit_list_guides", "device", "No such device", "iFixit has no device of this name.")]
    [TestCase("ifixit_read_guide", "guideId", 6, "iFixit has no guide with this number.")]
    [TestCase("ifixit_read_guide", "guideId", 7, "iFixit has no guide with this number.")]
    [TestCase("ifixit_read_guide", "guideId", 500, "iFixit responded with status 500.")]
    [TestCase("ifixit_read_guide", "guideId", 501, "iFixit sent an invalid response.")]
    [TestCase("ifixit_read_guide", "guideId", "many", "The arguments do not match the tool's schema.")]
    [TestCase("ifixit_read_guide", "number", 1, "The arguments do not match the tool's schema.")]
    [TestCase("ifixit_find_device", "query", "../..", "Name a device.")]
    public async Task Call_InvalidOrFailing_SaysWhy(string tool, string argument, object value, string message) =>
        await Assert.ThatAsync(() => CallAsync(tool, new() { [argument] = value }), Throws.TypeOf<ToolException>().With.Message.EqualTo(message));

    [Test]
    public async Task Health_AfterAFailure_HasIt()
    {
        await Assert.ThatAsync(() => CallAsync("ifixit_read_guide", new() { ["guideId"] = 500 }), Throws.TypeOf<ToolException>());
        await CallAsync("ifixit_read_guide", new() { ["guideId"] = 90002 });

        Assert.That(_tools.Health.Failure?.Text, Is.EqualTo("iFixit responded with status 500."));
        Assert.That(_tools.Health.WorkedAt, Is.Not.Null);
    }

    [Test]
    public async Task Chat_RepairQuestion_FindsReadsAndReplies()
    {
        var model = new GatedModel();
        await using var app = await TestApp.StartAsync(new() { ["Tools:IFixit:BaseUrl"] = $"{_server.Address}/api/2.0" }, adjust: b => model.AddTo(b.Services));
        var user = await app.RegisterAsync();
        var script = model.Script("My toaster stays cold.", ModelScript.Call(("ifixit_read_guide", new { guideId = 90002 })), ModelScript.Say("Replace the heater."));

        using var stream = await EventStream.PostAsync(user.Client, new { message = "My toaster stays cold." });
        var events = await stream.RestAsync();

        Assert.That(events.Single(e => e.Type == "status").Data.Text("content"), Is.EqualTo("Reading a repair guide…"));
        Assert.That(script.LastResults.Single(), Does.Contain("Lift the heater out."));
        Assert.That(events.Tokens(), Is.EqualTo("Replace the heater."));
    }

    [Test]
    public async Task Start_Disabled_OffersNothing()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Tools:IFixit:Enabled", "false")]).Build();
        using var tools = new IFixitTools(IFixitTools.ReadAddress(configuration), AllowedHosts.From(configuration), OutgoingNetwork.Internet, TimeProvider.System);

        Assert.That(await tools.ListAsync(CancellationToken.None), Is.Empty);
    }

    [Test]
    public void ReadAddress_NothingConfigured_IsThePublicApi() =>
        Assert.That(IFixitTools.ReadAddress(new ConfigurationBuilder().Build()), Is.EqualTo(new Uri("https://www.ifixit.com/api/2.0")));

    [TestCase("Tools:IFixit:BaseUrl", "ftp://example.com")]
    [TestCase("Tools:IFixit:Enabled", "perhaps")]
    public async Task Start_InvalidSetting_NamesIt(string key, string value) =>
        await Assert.ThatAsync(() => TestApp.StartAsync(new() { [key] = value }), Throws.InvalidOperationException.With.Message.Contains(key));

    private async Task<string> CallAsync(string name, AIFunctionArguments arguments)
    {
        var tool = (await _tools.ListAsync(CancellationToken.None)).Single(t => t.Name == name);
        Assert.That(tool.RequiresApproval, Is.False);
        return (await tool.Function.InvokeAsync(arguments))!.ToString()!;
    }
}
