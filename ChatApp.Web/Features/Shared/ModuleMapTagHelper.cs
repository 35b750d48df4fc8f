using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace ChatApp.Web.Features.Shared;

/// <summary>
/// <c>&lt;module-map /&gt;</c>: an import map with the scripts' fingerprinted names, which browsers cache for ever instead of revalidating each script on every page.
/// Import maps cannot be files, so the content security policy allows this one by its hash.
/// </summary>
[HtmlTargetElement("module-map", TagStructure = TagStructure.WithoutEndTag)]
public sealed class ModuleMapTagHelper : TagHelper
{
    private static readonly ConditionalWeakTable<ResourceAssetCollection, ModuleMap> Maps = [];

    [HtmlAttributeNotBound, ViewContext]
    public ViewContext ViewContext { get; set; } = null!;

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        if (ViewContext.HttpContext.GetEndpoint()?.Metadata.GetMetadata<ResourceAssetCollection>() is not { } assets)
        {
            output.SuppressOutput();
            return;
        }
        var map = Maps.GetValue(assets, ModuleMap.Of);
        SecurityHeaders.AllowInlineScript(ViewContext.HttpContext, map.Sha256);
        output.TagName = "script";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("type", "importmap");
        output.Content.SetHtmlContent(map.Json);
    }

    private sealed record ModuleMap(string Json, string Sha256)
    {
        public static ModuleMap Of(ResourceAssetCollection assets)
        {
            var names = from asset in assets
                        let name = asset.Properties?.FirstOrDefault(p => p.Name == "label")?.Value
                        where Path.GetExtension(name) is ".js" or ".mjs"
                        select (name, asset.Url);
            var json = JsonSerializer.Serialize(new { imports = names.ToDictionary(n => $"/{n.name}", n => $"/{n.Url}") });
            return new(json, Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(json))));
        }
    }
}
