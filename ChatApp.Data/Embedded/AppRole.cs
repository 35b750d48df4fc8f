using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace ChatApp.Data.Embedded;

/// <summary>
/// The role that the app works as on its private server. It owns the app's database and may create the reporting role, but is no superuser: a statement that
/// should not be there can neither read files nor run programs.
/// </summary>
internal static class AppRole
{
    private const string Name = "chatapp";

    // What earlier versions, which worked as the superuser, have created.
    private const string TakeOver = $"""
        DO $$
        DECLARE command text;
        BEGIN
            FOR command IN
                SELECT format('ALTER %s %s OWNER TO {Name}', CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, c.oid::regclass)
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relowner = current_user::regrole AND c.relkind IN ('r', 'v') AND n.nspname IN ('public', 'reporting')
                    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
                UNION ALL
                SELECT format('ALTER ROUTINE %s OWNER TO {Name}', p.oid::regprocedure)
                FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                WHERE p.proowner = current_user::regrole AND n.nspname IN ('public', 'reporting')
                    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
                UNION ALL
                SELECT 'ALTER SCHEMA reporting OWNER TO {Name}' FROM pg_namespace WHERE nspname = 'reporting' AND nspowner = current_user::regrole
            LOOP
                EXECUTE command;
            END LOOP;
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'chatapp_reporting') AND NOT pg_has_role('{Name}', 'chatapp_reporting', 'MEMBER WITH ADMIN OPTION') THEN
                GRANT chatapp_reporting TO {Name} WITH ADMIN OPTION;
            END IF;
        END $$
        """;

    /// <summary>Creates the role and its database where they are missing, and makes the role the owner of a database that was the superuser's.</summary>
    /// <param name="administrator">The superuser's connection string.</param>
    /// <param name="database">The app's database.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>The role's connection string.</returns>
    public static async Task<string> EnsureAsync(NpgsqlConnectionStringBuilder administrator, string database, CancellationToken ct)
    {
        var password = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Name} {administrator.Password}")));
        var (maintenance, target) = (In("postgres"), In(database));
        await ExecuteAsync(maintenance, $"""
            DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{Name}') THEN CREATE ROLE {Name}; END IF; END $$;
            ALTER ROLE {Name} LOGIN NOSUPERUSER CREATEROLE PASSWORD '{password}'
            """, ct);
        var owner = await ExecuteAsync(maintenance, $"SELECT datdba::regrole::text FROM pg_database WHERE datname = '{database}'", ct);
        if (owner is null)
        {
            await ExecuteAsync(maintenance, $"CREATE DATABASE \"{database}\" OWNER {Name} ENCODING 'UTF8' TEMPLATE template0", ct);
        }
        else if (owner is not Name)
        {
            await ExecuteAsync(target, TakeOver, ct);
            await ExecuteAsync(maintenance, $"ALTER DATABASE \"{database}\" OWNER TO {Name}", ct); // last: the next start finishes what this one did not
        }
        target.Username = Name;
        target.Password = password;
        target.Pooling = true;
        return target.ConnectionString;

        NpgsqlConnectionStringBuilder In(string name) => new(administrator.ConnectionString) { Database = name, Pooling = false };
    }

    private static async Task<object?> ExecuteAsync(NpgsqlConnectionStringBuilder server, string sql, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(ct);
#pragma warning disable CA2100 // constants, and a password of hexadecimal digits
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(ct);
    }
}
