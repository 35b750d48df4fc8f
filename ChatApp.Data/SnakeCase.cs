using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data;

/// <summary>Names tables, columns, keys and indexes in snake_case, including Identity's, so that nothing needs quotes.</summary>
internal static partial class SnakeCase
{
    public static void UseSnakeCase(this ModelBuilder builder)
    {
        // All tables first: the names of foreign keys contain those of both tables.
        foreach (var entity in builder.Model.GetEntityTypes())
        {
            // Identity prefixes its tables with the framework's name.
            entity.SetTableName(Of(entity.GetTableName()!.Replace("AspNet", "", StringComparison.Ordinal)));
        }
        foreach (var entity in builder.Model.GetEntityTypes())
        {
            foreach (var property in entity.GetProperties())
            {
                // A row version is PostgreSQL's own column.
                property.SetColumnName(property is { IsConcurrencyToken: true, ClrType: var type } && type == typeof(uint) ? "xmin" : Of(property.GetColumnName()));
            }
            foreach (var key in entity.GetKeys())
            {
                key.SetName(Of(key.GetName()!));
            }
            foreach (var foreignKey in entity.GetForeignKeys())
            {
                foreignKey.SetConstraintName(Of(foreignKey.GetConstraintName()!));
            }
            foreach (var index in entity.GetIndexes())
            {
                index.SetDatabaseName(Of(index.GetDatabaseName()!));
            }
        }
    }

    public static string Of(string name) => Boundary().Replace(name, "$1_$2").ToLowerInvariant();

    [GeneratedRegex("([a-z0-9])([A-Z])")]
    private static partial Regex Boundary();
}
