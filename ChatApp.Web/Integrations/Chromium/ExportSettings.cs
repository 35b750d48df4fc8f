namespace ChatApp.Web.Integrations.Chromium;

/// <summary>Configuration section <c>Export</c>.</summary>
public sealed class ExportSettings
{
    /// <summary>The Chromium to print with; empty to look in the usual places.</summary>
    public string? Chromium { get; set; }

    /// <summary>How long printing may take, including waiting for other prints.</summary>
    public TimeSpan PdfTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The number of concurrent prints, which take about 200 MB each.</summary>
    public int PdfConcurrency { get; set; } = 2;

    /// <summary>How many exports of one user run at once.</summary>
    public int PerUser { get; set; } = 2;

    /// <summary>How many more of one user's wait for their turn; others are refused.</summary>
    public int WaitingPerUser { get; set; } = 4;

    /// <summary>How many messages are rendered at once for the exports of all users.</summary>
    public int Renderings { get; set; } = Math.Max(1, Environment.ProcessorCount / 2);
}
