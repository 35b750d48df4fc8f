namespace ChatApp.Tests.Support;

/// <summary>Responses in the format of iFixit's API 2.0, with our own texts, including fields that the app does not use.</summary>
internal static class RecordedIFixit
{
    public const string Devices = """
        {"search": "toastmaster", "offset": 0, "limit": 10, "totalResults": 3, "moreResults": false, "results": [
          {"dataType": "wiki", "wikiid": 611, "namespace": "CATEGORY", "langid": "en", "title": "Toastmaster 3000", "display_title": "Toastmaster 3000",
           "summary": "A toaster for two slices, sold since 2019.<br />Model TM-3000.", "url": "https://www.ifixit.com/Device/Toastmaster_3000",
           "modified_date": 1477099265, "author": {"userid": 1, "username": "someone"}, "image": null},
          {"dataType": "wiki", "wikiid": 612, "namespace": "CATEGORY", "langid": "en", "title": "Toastmaster 3000 Plus", "display_title": "Toastmaster 3000 Plus",
           "summary": "", "url": "https://www.ifixit.com/Device/Toastmaster_3000_Plus", "modified_date": 1477099265, "image": {"id": 14056, "guid": "ABC"}},
          {"dataType": "question", "postid": 33, "title": "Why does it burn?", "url": "https://www.ifixit.com/Answers/View/33"}]}
        """;

    public const string Device = """
        {"wikiid": 611, "title": "Toastmaster 3000", "display_title": "Toastmaster 3000", "namespace": "CATEGORY", "description": "A toaster &amp; more.",
         "repairability_score": 7, "children": [], "featured_guides": [], "tools": [], "parts": {"total": 0, "categories": []}, "image": null, "guides": [
          {"dataType": "guide", "guideid": 90001, "locale": "en", "revisionid": 91001, "url": "https://www.ifixit.com/Guide/Toastmaster+3000+Cord+Replacement/90001",
           "type": "replacement", "category": "Toastmaster 3000", "subject": "Cord", "title": "Toastmaster 3000 Cord Replacement", "summary": "Replace a frayed cord.",
           "difficulty": "Easy", "time_required_max": 1800, "public": true, "userid": 1, "username": "someone", "flags": ["GUIDE_IN_PROGRESS"], "image": {"id": 1}},
          {"dataType": "guide", "guideid": 90002, "locale": "en", "revisionid": 91002, "url": "https://www.ifixit.com/Guide/Toastmaster+3000+Heater+Replacement/90002",
           "type": "replacement", "category": "Toastmaster 3000", "subject": "Heater", "title": "Toastmaster 3000 Heater Replacement", "summary": "",
           "difficulty": "Moderate", "time_required_max": 7200, "public": true, "userid": 1, "username": "someone", "flags": [], "image": null}]}
        """;

    public const string DeviceWithoutGuides = """{"wikiid": 612, "title": "Toastmaster 3000 Plus", "display_title": "Toastmaster 3000 Plus", "description": "", "guides": []}""";

    public const string GuideSearch = """
        {"search": "Toastmaster 3000 Plus", "totalResults": 2, "moreResults": false, "results": [
          {"dataType": "guide", "guideid": 90003, "title": "Toastmaster 3000 Plus Lever Replacement", "subject": "Lever", "category": "Toastmaster 3000 Plus", "type": "replacement",
           "difficulty": "Very easy", "time_required_max": 600, "summary": null, "url": "https://www.ifixit.com/Guide/Lever/90003", "flags": ["GUIDE_STARRED"]},
          {"dataType": "guide", "guideid": 90002, "title": "Toastmaster 3000 Heater Replacement", "category": "Toastmaster 3000", "url": "https://www.ifixit.com/Guide/Heater/90002"}]}
        """;

    public const string NotFound = """{"message": "Guide not found"}""";

    public const string Guide = """
        {"guideid": 90002, "title": "Toastmaster 3000 Heater Replacement", "type": "replacement", "category": "Toastmaster 3000", "subject": "Heater", "difficulty": "Moderate",
         "time_required": "1 - 2 hours", "time_required_min": 3600, "time_required_max": 7200, "public": true, "locale": "en", "langid": "en", "can_edit": true,
         "url": "https://www.ifixit.com/Guide/Toastmaster+3000+Heater+Replacement/90002", "flags": ["GUIDE_STARRED"], "comments": [{"commentid": 1, "text_raw": "never shown"}],
         "author": {"userid": 1, "username": "someone"}, "image": {"id": 14056}, "summary": "Replace it.", "introduction_raw": "'''Unplug''' it.",
         "introduction_rendered": "<p><b>Unplug</b> the toaster.</p><p>Let it <a href=\"/Wiki/Cool\">cool</a>.</p>", "conclusion_rendered": "<p>Put it together in reverse order.</p>",
         "steps": [
           {"stepid": 12345, "guideid": 90002, "orderby": 1, "revisionid": 111, "title": "Open the base", "comment_count": 0, "comments": [],
            "media": {"type": "image", "data": [{"id": 1, "original": "https://guide-images.cdn.ifixit.com/igi/x.original"}]},
            "lines": [
              {"lineid": 1, "bullet": "black", "level": 0, "text_raw": "Remove [product|IF1|screws].", "text_rendered": "Remove the four <strong>5 mm</strong> screws."},
              {"lineid": 2, "bullet": "red", "level": 1, "text_raw": "Two are hidden.", "text_rendered": "Two are under the feet."},
              {"lineid": null, "bullet": "icon_caution", "level": 0, "text_raw": "x", "text_rendered": "Edges &lt; 1 mm are sharp."}]},
           {"stepid": 12346, "guideid": 90002, "orderby": 2, "revisionid": 222, "title": "", "media": null,
            "lines": [{"lineid": 3, "bullet": "icon_note", "level": 0, "text_raw": "Lift it.", "text_rendered": "Lift the heater out."}]}],
         "parts": [{"type": "parts", "quantity": 2, "text": "Heater", "notes": "230 V", "url": "https://www.ifixit.com/products/heater", "thumbnail": "https://x/y.png", "isoptional": false}],
         "tools": [{"type": "tools", "quantity": 1, "text": "Phillips #1 Screwdriver", "notes": null, "url": "https://www.ifixit.com/products/p1", "isoptional": false},
                   {"type": "", "quantity": 1, "text": "Spudger", "notes": null, "url": null, "isoptional": true}],
         "prerequisites": [{"dataType": "guide", "guideid": 90001, "title": "Toastmaster 3000 Cord Replacement", "url": "https://www.ifixit.com/Guide/x/90001"}],
         "documents": [], "featured_documentid": null, "intro_video": null}
        """;

    /// <summary>A guide with a number of long steps.</summary>
    public static string LongGuide(int steps) => System.Text.Json.JsonSerializer.Serialize(new
    {
        guideid = 90009,
        title = "Everything",
        url = "https://www.ifixit.com/Guide/Everything/90009",
        steps = Enumerable.Range(1, steps).Select(i => new
        {
            title = $"Part {i}",
            lines = Enumerable.Range(1, 4).Select(l => new { bullet = "black", level = 0, text_rendered = $"{i}.{l} {string.Concat(Enumerable.Repeat("Turn it a little. ", 12))}" }),
        }),
    });
}
