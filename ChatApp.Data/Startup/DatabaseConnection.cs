using Npgsql;

namespace ChatApp.Data.Startup;

/// <summary>Which database this process uses. Known once <see cref="DatabaseStartup"/> has run.</summary>
public sealed class DatabaseConnection
{
    private string? _connectionString;

    public string ConnectionString
    {
        get => _connectionString ?? throw new InvalidOperationException("The database has not been started yet.");
        set => _connectionString = ChatDbOptions.WithDefaults(value);
    }

    public NpgsqlDataSource CreateDataSource() => new NpgsqlDataSourceBuilder(ConnectionString).Build();
}
