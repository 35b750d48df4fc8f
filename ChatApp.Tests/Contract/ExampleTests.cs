using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ChatApp.Tests.Browser;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Contract;

/// <summary>The examples of docs/api.md, run as they are on the page.</summary>
internal sealed partial class ExampleTests : ChatFixture
{
    private string _page = "";

    [OneTimeSetUp]
    public async Task ReadPage() => _page = await File.ReadAllTextAsync(Path.Combine(Root(), "docs", "api.md"));

    [Test]
    public async Task WalkThrough_WithCurl_MatchesThePage()
    {
        var output = await RunAsync("bash", "walk.sh", $"set -euo pipefail\nurl={App.Address.ToString().TrimEnd('/')}\n{Blocks("sh")}", App.Address);

        Assert.That(output, Does.Contain(@"""username"":""ada""").And.Contain(GatedModel.Reply).And.Contain(@"data: {""type"":""start""").And.Contain(@"data: {""type"":""done"""));
        Assert.That(output, Does.Contain(@"""title"":""Tea""").And.Contain("<mark>").And.Contain(@"""status"":404"));
        var contents = await App.WithDb(db => db.Messages.OrderBy(m => m.Id).Select(m => m.Content).ToListAsync());
        Assert.That(contents, Does.Contain("Which tea keeps longest?").And.Contain("And which coffee?").And.Contain("Green or black?"));
    }

    [Test]
    public async Task Client_InJavaScript_SurvivesACutConnection()
    {
        var user = await App.RegisterAsync();
        var key = (await user.Client.SendJsonAsync(HttpMethod.Post, "/users/me/api-keys", new { name = "client", scopes = new[] { "read", "chat" } }, HttpStatusCode.Created)).Text("secret");
        var call = Model.Hold("Tell me more.");
        using var proxy = new CuttingProxy(App.Address);

        var said = new StringBuilder();
        var running = RunAsync("node", "client.mjs", Blocks("js"), proxy.Address, key, said);
        await call.Asked;
        call.Say("Kept dry, ");
        await Eventually.TrueAsync(() => Read(said).Contains("Kept dry", StringComparison.Ordinal), "the client has shown the first part");
        proxy.CutAll();
        call.Say("for years 🍵.").Report(3, 4).End();

        var lines = (await running).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Is.EqualTo(new[]
        {
            GatedModel.Reply, "Kept dry, for years 🍵.", "assistant: Kept dry, for years 🍵.", "user: Tell me more.", $"assistant: {GatedModel.Reply}", "user: Which tea keeps longest?",
        }));
        Assert.That(proxy.Cut, Is.Positive);
    }

    private static async Task<string> RunAsync(string program, string name, string script, Uri app, string key = "", StringBuilder? said = null)
    {
        using var folder = new Folder();
        var file = Path.Combine(folder.Path, name);
        await File.WriteAllTextAsync(file, script);
        var start = new ProcessStartInfo(program, [file]) { RedirectStandardOutput = true, RedirectStandardError = true };
        (start.Environment["CHATAPP_URL"], start.Environment["CHATAPP_KEY"]) = (app.ToString().TrimEnd('/'), key);
        using var process = Process.Start(start)!;
        var (output, errors) = (ReadAsync(process.StandardOutput, said ?? new()), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(Eventually.Patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
        }
        Assert.That((process.HasExited && process.ExitCode == 0, await errors), Is.EqualTo((true, "")), await output);
        return await output;
    }

    private static async Task<string> ReadAsync(StreamReader output, StringBuilder said)
    {
        var buffer = new char[1024];
        for (int read; (read = await output.ReadAsync(buffer)) > 0;)
        {
            lock (said)
            {
                said.Append(buffer, 0, read);
            }
        }
        return Read(said);
    }

    private static string Read(StringBuilder said)
    {
        lock (said)
        {
            return said.ToString();
        }
    }

    private string Blocks(string language) =>
        string.Join('\n', Block().Matches(_page).Where(m => m.Groups["language"].Value == language).Select(m => m.Groups["code"].Value));

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "ChatApp.sln")))
        {
            folder = folder.Parent;
        }
        return folder.FullName;
    }

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("chatapp-examples-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
