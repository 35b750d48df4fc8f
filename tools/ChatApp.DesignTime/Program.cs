using ChatApp.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

return 0; // `dotnet ef` only uses the factory below

/// <summary>Creates the context for `dotnet ef`. It connects only for commands that need a database.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<ChatDbContext>
{
    public ChatDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<ChatDbContext>()
            .UseChatApp(Environment.GetEnvironmentVariable("ConnectionStrings__ChatApp") ?? "Host=localhost;Database=chatapp")
            .Options);
}
