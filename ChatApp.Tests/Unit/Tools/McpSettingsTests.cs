using ChatApp.Web.Integrations.Mcp;
using Microsoft.Extensions.Configuration;
using ModelContextProtocol.Protocol;

namespace ChatApp.Tests.Unit.Tools;

internal sealed class McpSettingsTests
{
    [Test]
    public void From_TwoServers_AreRead()
    {
        var servers = Read(
            ("files:Command", "npx"), ("files:Args:0", "-y"), ("files:Args:1", "files"), ("files:Env:ROOT", "/data"), ("files:Ask", "Always"),
            ("files:AskByTool:read_file", "never"), ("files:Tools:0", "read_file"), ("files:CallTimeout", "00:00:05"),
            ("wiki:Url", "https://wiki.example.com/mcp"), ("wiki:Headers:Authorization", "Bearer key"));

        Assert.That(servers.Select(s => s.Name), Is.EqualTo(new[] { "files", "wiki" }));
        var (files, wiki) = (servers[0], servers[1]);
        Assert.That((files.Command, files.Environment["ROOT"], files.CallTimeout), Is.EqualTo(("npx", "/data", TimeSpan.FromSeconds(5))));
        Assert.That(files.Arguments, Is.EqualTo(new[] { "-y", "files" }));
        Assert.That((files.RuleFor("read_file"), files.RuleFor("write_file")), Is.EqualTo((ApprovalRule.Never, ApprovalRule.Always)));
        Assert.That(files.Tools, Is.EqualTo(new[] { "read_file" }));
        Assert.That((wiki.Url!.Host, wiki.Headers["Authorization"], wiki.Ask), Is.EqualTo(("wiki.example.com", "Bearer key", ApprovalRule.Auto)));
    }

    [TestCase("Mcp:Servers:x:", "x:Ask", "auto")]
    [TestCase("Mcp:Servers:x:Ask", "x:Command", "node", "x:Ask", "sometimes")]
    [TestCase("Mcp:Servers:x:Arguments", "x:Command", "node", "x:Arguments:0", "server.js")]
    [TestCase("Mcp:Servers:x:", "x:Command", "node", "x:Url", "https://example.com")]
    [TestCase("Mcp:Servers:x:Url", "x:Url", "file:///etc/passwd")]
    [TestCase("Mcp:Servers:x:Url", "x:Url", "https://user:password@example.com/")]
    [TestCase("Mcp:Servers:x:CallTimeout", "x:Command", "node", "x:CallTimeout", "soon")]
    [TestCase("Mcp:Servers:x:CallTimeout", "x:Command", "node", "x:CallTimeout", "02:00:00")]
    [TestCase("Mcp:Servers:a.b:", "a.b:Command", "node")]
    [TestCase("Mcp:Servers:web:", "web:Command", "node")]
    [TestCase("a-b and a_b", "a_b:Command", "node", "a-b:Command", "node")]
    public void From_InvalidSetting_NamesIt(string named, params string[] settings) =>
        Assert.That(() => Read([.. settings.Chunk(2).Select(s => (s[0], s[1]))]), Throws.InvalidOperationException.With.Message.Contains(named.TrimEnd(':')));

    [Test]
    public void From_InvalidSetting_DoesNotQuoteItsValue() => Assert.That(
        () => Read(("x:Url", "secret://key"), ("x:Headers:Authorization", "Bearer secret")), Throws.InvalidOperationException.With.Message.Not.Contains("secret"));

    [TestCase("files", "read_file", "files_read_file")]
    [TestCase("my_files", "read-file", "my-files_read-file")]
    public void NameOf_OrdinaryTool_IsServerAndTool(string server, string tool, string name) => Assert.That(McpFunction.NameOf(server, tool), Is.EqualTo(name));

    [Test]
    public void NameOf_UnusualNames_AreUniqueAndValid()
    {
        string[] tools = ["a.b", "a/b", "a_b", "a b", "ü", "", new('x', 64), new('x', 65), new string('x', 64) + "y", "工具", "a\u0000b"];

        var names = tools.Select(t => McpFunction.NameOf(new string('s', McpServerSettings.NameMaxLength), t)).ToList();

        Assert.That(names, Is.Unique);
        Assert.That(names, Is.All.Match("^[a-zA-Z0-9_-]{1,64}$"));
    }

    [TestCase(null, null, ApprovalRule.Auto, true)]
    [TestCase(false, false, ApprovalRule.Auto, true)]
    [TestCase(true, null, ApprovalRule.Auto, false)]
    [TestCase(true, true, ApprovalRule.Auto, false)]
    [TestCase(true, null, ApprovalRule.Always, true)]
    [TestCase(null, true, ApprovalRule.Never, false)]
    public void RequiresApproval_AnnotationsAndRule_OnlyKnownReadersDoNot(bool? readOnly, bool? destructive, ApprovalRule rule, bool expected)
    {
        var tool = new Tool { Name = "t", Annotations = new() { ReadOnlyHint = readOnly, DestructiveHint = destructive } };

        Assert.That(McpFunction.RequiresApproval(new() { Name = "s", Ask = rule }, tool), Is.EqualTo(expected));
        Assert.That(McpFunction.RequiresApproval(new() { Name = "s", AskByTool = new Dictionary<string, ApprovalRule> { ["t"] = rule } }, tool), Is.EqualTo(expected));
    }

    [Test]
    public void RequiresApproval_ToolWithoutAnnotations_IsTrue() => Assert.That(McpFunction.RequiresApproval(new() { Name = "s" }, new() { Name = "t" }), Is.True);

    private static IReadOnlyList<McpServerSettings> Read(params (string Key, string Value)[] settings) => McpServerSettings.From(
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => $"Mcp:Servers:{s.Key}", string? (s) => s.Value)).Build());
}
