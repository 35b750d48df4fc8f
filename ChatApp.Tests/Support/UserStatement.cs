namespace ChatApp.Tests.Support;

/// <summary>
/// Finds the users' tables that a statement reads or writes without naming the user: each needs <c>user_id</c> equal to a value,
/// or to the <c>user_id</c> of another such table. Conditions below an OR or a NOT do not count.
/// </summary>
internal sealed class UserStatement
{
    private static readonly string[] Commands = ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "VALUES"];
    private static readonly string[] Ends =
        ["WHERE", "ON", "GROUP", "ORDER", "LIMIT", "OFFSET", "RETURNING", "JOIN", "LEFT", "RIGHT", "INNER", "FULL", "CROSS", "FOR", "HAVING", "SET", "VALUES", "SELECT", "WINDOW", "FETCH", "USING", "DO"];

    private readonly List<string> _found = [];

    /// <summary>The tables, with their aliases, for which the statement does not name the user.</summary>
    public static IReadOnlyList<string> FindUnbound(string sql)
    {
        var statement = new UserStatement();
        foreach (var part in SqlTokens.Parse(sql).Split(";"))
        {
            if (part.Count > 0 && part[0].Is(Commands))
            {
                statement.Query(part, new Dictionary<string, bool>());
            }
        }
        return statement._found;
    }

    private void Query(IReadOnlyList<SqlNode> nodes, IReadOnlyDictionary<string, bool> outer)
    {
        foreach (var block in nodes.Split("UNION", "EXCEPT", "INTERSECT"))
        {
            Block(block, outer);
        }
    }

    // Checks a block's own tables against its own conditions, then the nested blocks, which may refer to them.
    private void Block(IReadOnlyList<SqlNode> nodes, IReadOnlyDictionary<string, bool> outer)
    {
        var (tables, accounts) = Tables(nodes);
        var conditions = new List<(string Left, string Right)>();
        for (var i = 0; i < nodes.Count; i++)
        {
            if (nodes[i].Is("WHERE", "ON") && !(i + 1 < nodes.Count && nodes[i + 1].Is("CONFLICT")))
            {
                Equalities([.. nodes.Skip(i + 1).TakeWhile((n, at) => !n.Is(Ends) && !(n.Is("FROM") && !nodes[i + at].Is("DISTINCT")))], conditions);
            }
        }
        var bound = new Dictionary<string, bool>(outer);
        foreach (var (alias, table) in tables)
        {
            bound[alias] = table.Inserted;
        }
        while (tables.Keys.Where(a => !bound[a]).FirstOrDefault(a => conditions.Exists(c => Binds(c, a))) is { } next)
        {
            bound[next] = true;
        }
        _found.AddRange(tables.Where(t => !bound[t.Key]).Select(t => t.Value.Name == t.Key ? t.Key : $"{t.Value.Name} {t.Key}"));
        Nested(nodes, bound);

        bool Binds((string Left, string Right) condition, string alias) =>
            (IsUserOf(condition.Left, alias) && IsBound(condition.Right)) || (IsUserOf(condition.Right, alias) && IsBound(condition.Left));

        bool IsUserOf(string operand, string alias) =>
            operand == $"{alias}.user_id" || (operand == "user_id" && tables.Count == 1);

        bool IsBound(string operand) => operand.Split('.') switch
        {
            [var value] => value != "user_id" && value[0] is '@' or '$' or '\'' or '(',
            [var alias, "user_id"] when bound.TryGetValue(alias, out var isBound) => isBound,
            [var alias, ..] => !bound.ContainsKey(alias) && !accounts.Contains(alias), // a nested query, checked on its own, or a list of values
            _ => false,
        };
    }

    private void Nested(IReadOnlyList<SqlNode> nodes, IReadOnlyDictionary<string, bool> bound)
    {
        foreach (var group in nodes.Select(n => n.Group).OfType<IReadOnlyList<SqlNode>>())
        {
            if (group.Count > 0 && group[0].Is(Commands))
            {
                Query(group, bound);
            }
            else
            {
                Nested(group, bound);
            }
        }
    }

    private static (Dictionary<string, (string Name, bool Inserted)> Users, HashSet<string> Accounts) Tables(IReadOnlyList<SqlNode> nodes)
    {
        var (users, accounts, isList) = (new Dictionary<string, (string, bool)>(), new HashSet<string>(), false);
        for (var i = 0; i + 1 < nodes.Count; i++)
        {
            var starts = nodes[i].Is("FROM", "JOIN", "UPDATE", "INTO", "USING");
            isList = nodes[i].Is("FROM", "USING") || (isList && !nodes[i].Is("WHERE", "GROUP", "ORDER", "LIMIT", "RETURNING", "ON", "SET"));
            if (!starts && !(isList && nodes[i].Is(",")))
            {
                continue;
            }
            var at = nodes[i + 1].Is("ONLY") ? i + 2 : i + 1;
            var name = nodes[at].Text.Replace("public.", "", StringComparison.Ordinal);
            var rest = nodes.Skip(at + 1).SkipWhile(n => n.Is("AS")).ToList();
            var alias = rest is [{ Group: null } next, ..] && char.IsLetter(next.Text[0]) && !next.Is(Ends) && !next.Is("FROM", "DEFAULT") ? next.Text : name;
            if (UserTables.All.Contains(name))
            {
                users[alias] = (name, nodes[i].Is("INTO") && rest.Find(n => n.Group is not null) is { Group: { } columns } && columns.Any(c => c.Is("user_id")));
            }
            else if (UserTables.Accounts.Contains(name))
            {
                accounts.Add(alias);
            }
        }
        return (users, accounts);
    }

    // Only conditions that must hold: the members of a conjunction, also within parentheses.
    private static void Equalities(IReadOnlyList<SqlNode> condition, List<(string, string)> found)
    {
        if (condition.Any(n => n.Is("OR")))
        {
            return;
        }
        foreach (var member in condition.Split("AND"))
        {
            if (member is [{ Group: { } group }] && !(group.Count > 0 && group[0].Is(Commands)))
            {
                Equalities(group, found);
            }
            else if (member is [{ Group: null } left, { Text: "=" }, var right, ..] && !(right.Is("(") && member.Count > 3))
            {
                found.Add((left.Text, right.Is("ANY") ? "(" : right.Text));
            }
            else if (member is [{ Group: null } column, { Text: "IN" or "in" }, { Group: not null }])
            {
                found.Add((column.Text, "("));
            }
        }
    }
}
