namespace ChatApp.Tests.Support;

/// <summary>The repository's files.</summary>
internal static class Repository
{
    /// <summary>A file by its path from the repository's root.</summary>
    public static string PathOf(params ReadOnlySpan<string> parts)
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "ChatApp.sln")))
            {
                return Path.Combine([directory.FullName, .. parts]);
            }
        }
        throw new FileNotFoundException("The repository's root is not above the tests.");
    }
}
