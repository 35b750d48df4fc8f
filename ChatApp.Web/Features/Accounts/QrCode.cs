using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Html;
using QRCoder;

namespace ChatApp.Web.Features.Accounts;

/// <summary>QR codes as SVG without styles, which the content security policy would block.</summary>
public static class QrCode
{
    /// <summary>The QR code of a text.</summary>
    /// <param name="text">What a scanner reads.</param>
    /// <param name="label">What a screen reader says.</param>
    public static IHtmlContent Of(string text, string label)
    {
        using var data = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var modules = data.ModuleMatrix; // with the quiet zone
        var path = new StringBuilder();
        for (var row = 0; row < modules.Count; row++)
        {
            for (var column = 0; column < modules[row].Count; column++)
            {
                path.Append(modules[row][column] ? string.Create(CultureInfo.InvariantCulture, $"M{column} {row}h1v1h-1z") : "");
            }
        }
        var size = modules.Count;
        return new HtmlFormattableString(
            "<svg class=\"qr-code\" viewBox=\"0 0 {0} {0}\" role=\"img\" aria-label=\"{1}\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{0}v{0}h-{0}z\"/><path fill=\"#000\" d=\"{2}\"/></svg>",
            size, label, path.ToString());
    }
}
