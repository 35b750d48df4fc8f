using System.Text.RegularExpressions;

namespace ChatApp.Tests.Unit.Scripts;

/// <summary>No name in the scripts hides a global of the browser: without its import, the global would silently be used instead.</summary>
internal sealed partial class ScriptNamesTests
{
    // Likely names. `event` is missing: it is the usual parameter of event handlers.
    private static readonly HashSet<string> Globals =
    [
        "alert", "blur", "close", "closed", "confirm", "crypto", "document", "escape", "external", "fetch", "find", "focus", "frames", "getSelection", "history", "left",
        "length", "location", "menubar", "name", "navigator", "open", "opener", "origin", "parent", "performance", "print", "prompt", "screen", "scroll", "self", "status",
        "stop", "toolbar", "top", "unescape", "window", "Comment", "Element", "Event", "Headers", "Image", "Map", "Node", "Option", "Range", "Request", "Response",
        "Selection", "Set", "Text",
    ];

    [Test]
    public void Declarations_InAllScripts_HideNoGlobal()
    {
        var names = Scripts().SelectMany(path => Names(File.ReadAllText(path)).Select(name => (Name: name, Script: Path.GetFileName(path)))).ToList();

        Assert.That(names, Has.Count.GreaterThan(300));
        Assert.That(names.Where(n => Globals.Contains(n.Name)), Is.Empty);
    }

    [TestCase("const name = 1;", "name")]
    [TestCase("export async function confirm(a) {}", "confirm")]
    [TestCase("const [first, top = 0] = list;", "top")]
    [TestCase("const { left, a: length } = box;", "left", "length")]
    [TestCase("import { find, other as stop } from './x.js';", "find", "stop")]
    [TestCase(" * @param {string} [status]", "status")]
    public void Names_OfEachKindOfDeclaration_AreFound(string script, params string[] names) =>
        Assert.That(Names(script).Where(Globals.Contains), Is.EquivalentTo(names));

    private static IEnumerable<string> Names(string script) =>
        Single().Matches(script).Select(m => m.Groups[1].Value)
            .Concat(Several().Matches(script).SelectMany(m => m.Groups[1].Value.Split(',')).Select(part => LastName().Match(part.Split('=')[0]).Value))
            .Where(name => name.Length > 0);

    private static IEnumerable<string> Scripts()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!Directory.Exists(Path.Combine(folder.FullName, "ChatApp.Web", "wwwroot", "js")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("There is no folder of scripts above the tests.");
        }
        return Directory.EnumerateFiles(Path.Combine(folder.FullName, "ChatApp.Web", "wwwroot", "js"), "*.js", SearchOption.AllDirectories);
    }

    [GeneratedRegex(@"(?:\b(?:function\*?|class|const|let|var)\s+|@param \{[^\n]*\} \[?)([A-Za-z_$][\w$]*)")]
    private static partial Regex Single();

    [GeneratedRegex(@"(?:\b(?:const|let|var)|import)\s*[\[{]([^\]}]*)[\]}]")]
    private static partial Regex Several();

    [GeneratedRegex(@"[A-Za-z_$][\w$]*(?=\s*$)")]
    private static partial Regex LastName();
}
