using ChatApp.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

return 0; // `dotnet ef` only looks for the factory below.

/// <summary>Gives `dotnet ef` the model; it connects to nothing unless a command of it needs a database.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<ChatDbContext>
{
    public ChatDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<ChatDbContext>()
            .UseChatApp(Environment.GetEnvironmentVariable("ConnectionStrings__ChatApp") ?? "Host=localhost;Database=chatapp")
            .Options);
}
