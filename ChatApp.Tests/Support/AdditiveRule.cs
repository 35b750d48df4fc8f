using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore.Migrations.Operations;

namespace ChatApp.Tests.Support;

/// <summary>Finds operations of migrations after which instances of the previous version, which may still be running, could fail.</summary>
internal static partial class AdditiveRule
{
    /// <summary>The operations that do not only add, in words.</summary>
    public static IReadOnlyList<string> Breaches(IReadOnlyList<MigrationOperation> operations)
    {
        // New tables, and new columns that the previous version leaves null.
        var added = operations.OfType<CreateTableOperation>().Select(t => t.Name)
            .Concat(operations.OfType<AddColumnOperation>().Where(IsLeftNull).Select(c => $"{c.Table}.{c.Name}")).ToHashSet();
        return [.. operations.Where(o => !IsAdditive(o, added)).Select(o => o is SqlOperation sql ? $"SQL: {sql.Sql}" : $"{o.GetType().Name} of {TableOf(o)}")];
    }

    private static bool IsAdditive(MigrationOperation operation, HashSet<string> added) => operation switch
    {
        CreateTableOperation or CreateSequenceOperation or EnsureSchemaOperation or InsertDataOperation => true,
        AddColumnOperation c => c.IsNullable || c.DefaultValue is not null || c.DefaultValueSql is not null || c.ComputedColumnSql is not null || added.Contains(c.Table),
        CreateIndexOperation i => !i.IsUnique || added.Contains(i.Table) || i.Columns.Any(c => added.Contains($"{i.Table}.{c}")),
        AlterColumnOperation c => IsWider(c, c.OldColumn),
        SqlOperation s => Statements(s.Sql).All(statement => IsAdditive(statement, added)),
        ITableMigrationOperation o and (AddPrimaryKeyOperation or AddForeignKeyOperation or AddUniqueConstraintOperation or AddCheckConstraintOperation) => added.Contains(o.Table),
        _ => false,
    };

    private static bool IsLeftNull(AddColumnOperation column) =>
        column.IsNullable && column.DefaultValue is null && column.DefaultValueSql is null && column.ComputedColumnSql is null;

    // Everything that the old column holds, the new one holds; and whoever writes without a value still may.
    private static bool IsWider(ColumnOperation column, ColumnOperation old) =>
        column.ClrType == old.ClrType && (column.IsNullable || !old.IsNullable) && column.ComputedColumnSql == old.ComputedColumnSql
        && (column.MaxLength is not { } now || old.MaxLength is { } before && now >= before)
        && (old.DefaultValue is null && old.DefaultValueSql is null || column.DefaultValue is not null || column.DefaultValueSql is not null || column.IsNullable);

    private static bool IsAdditive(string statement, HashSet<string> added) =>
        Creation().IsMatch(statement) || OnTable().Match(statement) is { Success: true } on && added.Contains(on.Groups["table"].Value);

    private static IEnumerable<string> Statements(string sql) =>
        Body().Replace(Comment().Replace(sql, ""), "''").Split(';').Select(s => s.Trim()).Where(s => s.Length > 0);

    private static string TableOf(MigrationOperation operation) => operation is ITableMigrationOperation table ? table.Table : "the schema";

    [GeneratedRegex(@"^(CREATE (OR REPLACE )?(FUNCTION|TABLE|SCHEMA|VIEW|EXTENSION|INDEX|SEQUENCE|ROLE|TEXT SEARCH)|COMMENT|GRANT|INSERT)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Creation();

    // What restricts the rows of a table: nothing is stored in a new one by the previous version.
    [GeneratedRegex(@"^(CREATE (UNIQUE INDEX|TRIGGER|POLICY)\b.*?\bON|ALTER TABLE) (?<table>\w+)", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex OnTable();

    [GeneratedRegex(@"\$(\w*)\$.*?\$\1\$", RegexOptions.Singleline)]
    private static partial Regex Body();

    [GeneratedRegex("--[^\n]*")]
    private static partial Regex Comment();
}
