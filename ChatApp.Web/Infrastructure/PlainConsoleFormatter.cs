using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace ChatApp.Web.Infrastructure;

/// <summary>
/// A line on the console, like the framework's simple one, but what is in a value cannot begin a line, move the cursor or colour the terminal.
/// Of the scopes it shows all but the request's path.
/// </summary>
public sealed class PlainConsoleFormatter(IOptionsMonitor<SimpleConsoleFormatterOptions> options) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "plain";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var settings = options.CurrentValue;
        var now = settings.UseUtcTimestamp ? TimeProvider.System.GetUtcNow() : TimeProvider.System.GetLocalNow();
        textWriter.Write(settings.TimestampFormat is { } format ? now.ToString(format, CultureInfo.InvariantCulture) : "");
        textWriter.Write($"{NameOf(logEntry.LogLevel)}: {logEntry.Category}[{logEntry.EventId.Id}] ");
        WritePlain(textWriter, logEntry.Formatter(logEntry.State, logEntry.Exception));
        if (settings.IncludeScopes)
        {
            scopeProvider?.ForEachScope(WriteScope, textWriter);
        }
        if (logEntry.Exception is { } exception)
        {
            textWriter.Write(' ');
            WritePlain(textWriter, exception.ToString());
        }
        textWriter.Write(Environment.NewLine);
    }

    private static void WriteScope(object? scope, TextWriter writer)
    {
        var text = scope is IEnumerable<KeyValuePair<string, object?>> values
            ? string.Join(' ', values.Where(v => v.Key is not ("RequestPath" or "{OriginalFormat}")).Select(v => $"{v.Key}:{v.Value}"))
            : scope?.ToString();
        writer.Write(" => ");
        WritePlain(writer, text ?? "");
    }

    // Stack traces and lists have line breaks of their own: a space, so that an entry is a line.
    private static void WritePlain(TextWriter writer, string text)
    {
        foreach (var c in text)
        {
            if (c is '\r' or '\n' or '\t')
            {
                writer.Write(' ');
            }
            else if (char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                writer.Write($"\\u{(int)c:x4}");
            }
            else
            {
                writer.Write(c);
            }
        }
    }

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
