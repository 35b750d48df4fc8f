using ChatApp.Domain.Personas;
using ChatApp.Web.Personas;

namespace ChatApp.Tests.Unit.Models;

internal sealed class PersonaFilesTests
{
    private const string Pirate = "---\nkey: pirate\nname: Pirate\ndescription: Arr.\ntemperature: 1.2\nmax_tokens: 300\ntags: sea, fun\n---\nYou are a pirate.\n\nArr.\n";

    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("chatapp-personas-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Parse_File_IsThePersona()
    {
        var persona = PersonaFiles.Parse(Pirate, "pirate.md");

        Assert.That((persona.Key, persona.Name, persona.Description, persona.Temperature, persona.MaxTokens), Is.EqualTo(("pirate", "Pirate", "Arr.", 1.2f, 300)));
        Assert.That(persona.Tags, Is.EqualTo(new[] { "sea", "fun" }));
        Assert.That(persona.SystemPrompt, Is.EqualTo("You are a pirate.\n\nArr."));
    }

    [Test]
    public void Parse_MinimalFile_HasDefaults()
    {
        var persona = PersonaFiles.Parse("\uFEFF---\r\n# a comment\r\nkey: x-1\r\nname: \"X: the one\"\r\ndescription: D\r\n\r\n---\r\nPrompt with --- in it\r\n---\r\nand after it", "x.md");

        Assert.That(persona.Name, Is.EqualTo("X: the one"));
        Assert.That((persona.Temperature, persona.MaxTokens), Is.EqualTo((0.7f, 4096)));
        Assert.That(persona.Tags, Is.Empty);
        Assert.That(persona.SystemPrompt, Is.EqualTo("Prompt with --- in it\n---\nand after it"));
    }

    [TestCase("", "line 1: it must begin with")]
    [TestCase("You are a pirate.", "line 1: it must begin with")]
    [TestCase("---\nkey: pirate\n", "line 1: it must begin with")]
    [TestCase("---\nkey: pirate\nname: P\ndescription: D\n---\n  \n", "the system prompt")]
    [TestCase("---\nkey: pirate\ndescription: D\n---\nArr.", "'name' is missing")]
    [TestCase("---\nkey: pirate\nname: P\ndescription:\n---\nArr.", "'description' is missing")]
    [TestCase("---\nkey: Pirate King\nname: P\ndescription: D\n---\nArr.", "the key must be")]
    [TestCase("---\nkey: p\nkey: p\n---\nArr.", "line 3: 'key' occurs twice")]
    [TestCase("---\nkey: p\nshout\n---\nArr.", "line 3: it must be 'name: value'")]
    [TestCase("---\nkey: p\nfavourite: rum\n---\nArr.", "line 3: it must be 'name: value'")]
    [TestCase("---\nkey: p\nname: P\ndescription: D\ntemperature: hot\n---\nArr.", "'temperature' must be a number from 0 to 2")]
    [TestCase("---\nkey: p\nname: P\ndescription: D\ntemperature: 2.1\n---\nArr.", "'temperature' must be a number from 0 to 2")]
    [TestCase("---\nkey: p\nname: P\ndescription: D\nmax_tokens: 0\n---\nArr.", "'max_tokens' must be a number from 1")]
    [TestCase("---\nkey: p\nname: P\ndescription: D\nmax_tokens: 1.5\n---\nArr.", "'max_tokens' must be a number from 1")]
    [TestCase("---\nkey: p\nname: P\ndescription: D\n---\nArr.\0", "characters that cannot be stored")]
    public void Parse_MalformedFile_SaysWhatAndWhere(string text, string problem) =>
        Assert.That(() => PersonaFiles.Parse(text, "pirate.md"), Throws.InvalidOperationException.With.Message.Contains(problem).And.Message.Contains("pirate.md"));

    [Test]
    public void Load_ShippedFolder_HasThePersonasThatClientsKnow()
    {
        var catalog = PersonaFiles.Load(Path.Combine(AppContext.BaseDirectory, PersonaFiles.Folder));

        Assert.That(catalog.All.Select(p => p.Key), Is.SupersetOf(new[] { "default", "mental_health_nurse", "technical_support", "creative_writer" }));
        Assert.That(catalog.All[0].Key, Is.EqualTo(PersonaCatalog.DefaultKey));
        Assert.That(catalog.All.Select(p => p.SystemPrompt.Length), Has.All.GreaterThan(500));
    }

    [Test]
    public void Load_OperatorsFile_IsAddedAndReplacesAShippedOne()
    {
        File.WriteAllText(Path.Combine(_folder, "pirate.md"), Pirate);
        File.WriteAllText(Path.Combine(_folder, "mine.md"), Pirate.Replace("key: pirate", "key: default"));

        var catalog = PersonaFiles.Load(Path.Combine(AppContext.BaseDirectory, PersonaFiles.Folder), _folder, Path.Combine(_folder, "missing"));

        Assert.That(catalog.Get("pirate").Name, Is.EqualTo("Pirate"));
        Assert.That(catalog.Get("default").Name, Is.EqualTo("Pirate"));
        Assert.That(catalog.Get("creative_writer").Name, Is.EqualTo("Creative Writer"));
    }

    [Test]
    public void Load_TwoFilesWithOneKey_NamesBoth()
    {
        File.WriteAllText(Path.Combine(_folder, "a.md"), Pirate);
        File.WriteAllText(Path.Combine(_folder, "b.md"), Pirate);

        Assert.That(() => PersonaFiles.Load(_folder), Throws.InvalidOperationException.With.Message.Contains("a.md and b.md"));
    }

    [Test]
    public void Load_NoDefault_IsAnError() => Assert.That(() => PersonaFiles.Load(_folder), Throws.InvalidOperationException.With.Message.Contains("default"));
}
