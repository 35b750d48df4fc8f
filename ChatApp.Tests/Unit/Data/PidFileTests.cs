using System.Globalization;
using ChatApp.Data.Embedded;

namespace ChatApp.Tests.Unit.Data;

/// <summary>Which servers count as dead: a running one shuts down when its file is deleted.</summary>
[Platform("Linux")]
internal sealed class PidFileTests
{
    private const int ProcessId = 4242;
    private string _root = "";

    [SetUp]
    public void MakeFolders()
    {
        _root = Directory.CreateTempSubdirectory("chatapp-pid-").FullName;
        Directory.CreateDirectory(Path.Combine(_root, "data"));
        Directory.CreateDirectory(Path.Combine(_root, "proc", "self"));
    }

    [TearDown]
    public void RemoveFolders() => Directory.Delete(_root, recursive: true);

    [Test]
    public void Read_NoFile_IsAbsent() => Assert.That(Read().State, Is.EqualTo(ServerState.Absent));

    [Test]
    public void Read_ServerOfTheFolder_IsRunning()
    {
        WriteFile();
        AddProcess("postgres", 'S', cwd: Data);
        Assert.That(Read().State, Is.EqualTo(ServerState.Running));
    }

    [Test]
    public void Read_NoSuchProcess_IsDead()
    {
        WriteFile();
        Assert.That(Read().State, Is.EqualTo(ServerState.Dead));
    }

    [TestCase("postgres", 'Z')]
    [TestCase("postgres", 'X')]
    [TestCase("bash", 'S')]
    [TestCase("(postgres", 'Z')]
    public void Read_ZombieOrOtherProgram_IsDead(string program, char state)
    {
        WriteFile();
        AddProcess(program, state, cwd: Data);
        Assert.That(Read().State, Is.EqualTo(ServerState.Dead));
    }

    [Test]
    public void Read_ServerOfAnotherFolder_IsDead()
    {
        WriteFile();
        var other = Directory.CreateDirectory(Path.Combine(_root, "other")).FullName;
        AddProcess("postgres", 'S', cwd: other);
        Assert.That(Read().State, Is.EqualTo(ServerState.Dead), "in a folder without such a file");

        File.WriteAllText(Path.Combine(other, PidFile.Name), $"{ProcessId}\n{other}\n1\n");
        Assert.That(Read().State, Is.EqualTo(ServerState.Dead), "in a folder of its own");
    }

    [Test]
    public void Read_FileThatCannotBeOpened_IsUnknown()
    {
        File.CreateSymbolicLink(Path.Combine(Data, PidFile.Name), Path.Combine(Data, PidFile.Name)); // too many levels
        Assert.That(Read(), Has.Property("State").EqualTo(ServerState.Unknown).And.Property("Doubt").Contains(PidFile.Name));
    }

    [Test]
    public void Read_FileThatMayNotBeRead_IsUnknown()
    {
        Directory.CreateDirectory(Path.Combine(Data, PidFile.Name));
        Assert.That(Read().State, Is.EqualTo(ServerState.Unknown));
    }

    [TestCase("")]
    [TestCase("nonsense\n")]
    [TestCase("-17\n")]
    public void Read_FileWithoutAProcess_IsUnknown(string content)
    {
        File.WriteAllText(Path.Combine(Data, PidFile.Name), content);
        Assert.That(Read().State, Is.EqualTo(ServerState.Unknown));
    }

    [Test]
    public void Read_ProcessThatCannotBeExamined_IsUnknown()
    {
        WriteFile();
        Directory.CreateDirectory(Path.Combine(Process, "stat"));
        Assert.That(Read().State, Is.EqualTo(ServerState.Unknown), "its state");

        Directory.Delete(Process, recursive: true);
        AddProcess("postgres", 'S', cwd: Path.Combine(Process, "cwd"));
        Assert.That(Read().State, Is.EqualTo(ServerState.Unknown), "its folder");
    }

    [Test]
    public void Read_NoProcessFileSystem_IsUnknown()
    {
        WriteFile();
        Directory.Delete(Path.Combine(_root, "proc"), recursive: true);
        Assert.That(Read().State, Is.EqualTo(ServerState.Unknown));
    }

    private string Data => Path.Combine(_root, "data");

    private string Process => Path.Combine(_root, "proc", ProcessId.ToString(CultureInfo.InvariantCulture));

    private PidFile Read() => PidFile.Read(Data, Path.Combine(_root, "proc"));

    private void WriteFile() => File.WriteAllText(Path.Combine(Data, PidFile.Name), $"{ProcessId}\n{Data}\n1795286000\n5432\n/tmp\n\n");

    private void AddProcess(string program, char state, string cwd)
    {
        Directory.CreateDirectory(Process);
        File.WriteAllText(Path.Combine(Process, "stat"), $"{ProcessId} ({program}) {state} 1 1 1 0 -1\n");
        File.CreateSymbolicLink(Path.Combine(Process, "cwd"), cwd);
    }
}
