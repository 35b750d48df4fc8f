using Npgsql;

namespace ChatApp.Data.Startup;

/// <summary>The database of this process, set by <see cref="DatabaseStartup"/>.</summary>
public sealed class DatabaseConnection : IAsyncDisposable
{
    private readonly Lazy<NpgsqlDataSource> _source;
    private string? _connectionString;

    public DatabaseConnection() => _source = new(() => NpgsqlDataSource.Create(ConnectionString));

    public string ConnectionString
    {
        get => _connectionString ?? throw new InvalidOperationException("The database has not been started yet.");
        set => _connectionString = ChatDbOptions.WithDefaults(value);
    }

    /// <summary>The connection pool.</summary>
    public NpgsqlDataSource Source => _source.Value;

    public async ValueTask DisposeAsync()
    {
        if (_source.IsValueCreated)
        {
            await _source.Value.DisposeAsync();
        }
    }
}
