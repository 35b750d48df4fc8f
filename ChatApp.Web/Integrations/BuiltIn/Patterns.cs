using System.Text.RegularExpressions;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>
/// The question forms that the built-in assistant understands. They match one line of at most a few hundred characters, without final punctuation.
/// </summary>
internal static partial class Patterns
{
    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace;

    private const string Session = "(?:sessions?|chats?|conversations?|threads?)";

    private const string Please = @"^(?:(?:please|ok|okay|so|and|now|hey|hi|hello)[,\s]+)*(?:(?:can|could|would)\syou\s(?:please\s)?)?";

    private const string About =
        @"(?:about|on|of|regarding|concerning|mentioning|mention(?:s|ed)?|containing|contain(?:s|ed)?|with|for|involving|to\sdo\swith)";

    private const string Say = """
        (?:sa(?:y|id)|tell|told|ask(?:ed)?|writ(?:e|ten)|wrote|mention(?:ed)?|discuss(?:ed)?|talk(?:ed)?|speak|spoken?|noted?|decided?|agreed?|know|learn(?:ed)?)
        """;

    /// <summary>"more", "show me more of them", "anything else?".</summary>
    [GeneratedRegex("""
        ^(?:(?:and|show|tell|give)\s(?:me\s)?)?(?:(?:some|any)\s)?more(?:\s(?:please|of\s(?:it|them|that|those)|results?|passages?|quotes?))?[.?!]*$
        | ^(?:next|go\son|continue|keep\sgoing|anything\selse|what\selse|the\snext\s(?:ones?|page))[.?!]*$
        """, Options)]
    public static partial Regex More { get; }

    /// <summary>"and in my other sessions?".</summary>
    [GeneratedRegex($"""
        ^(?:and\s|what\sabout\s|how\sabout\s)*(?:in\s|from\s)?(?:(?:all\s)?(?:the|my)\s)?others?(?:\s{Session})?[.?!]*$
        """, Options)]
    public static partial Regex OthersOnly { get; }

    /// <summary>"and about tea?", "what about tea?".</summary>
    [GeneratedRegex(@"^(?:and\s(?:what\s|how\s)?about|what\sabout|how\sabout|and\sfor|and\son)\s(?<topic>.{1,120})$", Options)]
    public static partial Regex AndTopic { get; }

    [GeneratedRegex("""
        ^(?:hi|hello|hey|hiya|howdy|greetings|good\s(?:morning|afternoon|evening|day)|how\sare\syou(?:\stoday)?)
        (?:\s(?:there|again|assistant|chatapp|all|everyone))?
        (?:[,!.\s]+how\sare\syou(?:\stoday)?)?$
        """, Options)]
    public static partial Regex Greeting { get; }

    [GeneratedRegex("""
        ^(?:(?:ok|okay|great|perfect|nice|cool|super|good|wonderful)[,!.\s]*)?
        (?:thanks?(?:\syou)?|thx|ty|cheers|bye|goodbye|good\snight|see\syou)
        (?:\s(?:so\smuch|very\smuch|a\slot|again|for\s.{1,60}))?$
        """, Options)]
    public static partial Regex Thanks { get; }

    [GeneratedRegex("""
        ^(?:please\s)?(?:(?:can\syou\s)?tell\sme\s)?
        (?:what(?:'s|’s|\sis)?\s(?:the\s)?(?:current\s)?(?:time|date|day|year|month)(?:\s(?:is\sit|is\stoday|is\sit\s(?:now|today)|now|today|and\s(?:date|time)))*
        | what(?:'s|’s|\sis)\stoday(?:'s|’s)\sdate
        | (?:the\s)?(?:current\s)?(?:time|date)(?:\sand\s(?:time|date))?)
        (?:\splease|\snow|\stoday)*$
        """, Options)]
    public static partial Regex Clock { get; }

    [GeneratedRegex("""
        ^(?:/?help(?:\sme)?(?:\splease)?
        | (?:who|what)(?:\sare|'re|’re)\syou(?:\sexactly)?
        | what\s(?:can|do)\syou\s(?:do|know|understand)(?:\sfor\sme)?
        | how\s(?:do\syou|does\sthis)\swork
        | what\s(?:can|should)\si\sask(?:\syou)?
        | are\syou\s(?:an?\s|the\s)?(?:real\s)?(?:ai|bot|robot|human|llm|gpt|chatgpt|language\smodel|model|person|there)
        | (?:which|what)\s(?:ai|llm|model|version)\s(?:are\syou|is\s(?:this|answering)|am\si\stalking\sto).*
        | introduce\syourself)$
        """, Options)]
    public static partial Regex Help { get; }

    [GeneratedRegex("""
        \b(?:openai_api_key|openai_base_url|ollama_host)\b
        | ^(?:how\s(?:can|do|could|would)\s(?:i|we)|can\si|help\sme|i\swant\sto|please)\s(?:to\s)?(?:connect|set\sup|setup|configure|add|enable|plug\sin|use)\s
          (?:a|an|the|my|another|real|better|own|\s)*(?:language\s|local\s|ai\s)*(?:model|llm|openai|ollama|gpt\S*|api\skey|provider)s?\b
        """, Options)]
    public static partial Regex Connect { get; }

    /// <summary>"how many messages mention tea?", "how often did I say tea", "what's my token usage".</summary>
    [GeneratedRegex($"""
        {Please}(?:how\smany|(?:tell\sme\s)?(?:what(?:'s|\sis)\s)?the\snumber\sof|count(?:\sup)?(?:\s(?:all|the|my))*|how\soften)\s
        (?:(?:of\s)?(?:my|the)\s|different\s)*(?:(?<unit>sessions?|chats?|conversations?|threads?|messages?|questions?|answers?|words?|tokens?|times?)\b|(?=did|do|have))
        (?:\s?(?:do|did|have|has|are|were|is)\b)?(?:\s(?:i|we|you|there|my|been))*
        (?:\s(?:have|has|had|ask(?:ed)?|sen[dt]|writ(?:e|ten)|wrote|used?|said|say|got|exchanged|spent|made|started|in\stotal))*
        (?:\s{About}\s(?<topic>.+)|\s(?:mention|contain|say|talk\sabout|discuss)(?:s|ed)?\s(?<topic>.+))?
        (?:\s(?:in\stotal|so\sfar|altogether|overall))?$
        | ^(?:what(?:'s|\sis)\s)?my\s(?<unit>token)\s(?:usage|count|total).*$
        """, Options)]
    public static partial Regex Count { get; }

    /// <summary>"summarize this session", "a short summary of the Kyoto session", "recap".</summary>
    [GeneratedRegex($"""
        {Please}(?:(?:give|show|write|make)\s(?:me\s)?)?(?:an?\s|the\s)?(?:short\s|brief\s|quick\s)?
        (?:summari[sz]e|summary|sum\sup|recap|tl;?dr|overview)(?:\s(?:of|for|me))*
        (?:\s(?:what\s(?:we|i)(?:'ve|\shave)?\s(?:talked|discussed|said|spoke)(?:\sabout)?(?:\sso\sfar)?|everything(?:\sso\sfar)?|it|all|so\sfar)(?=\s|$))?
        (?:\s(?:this|the|my|our|that)(?=\s))?(?:\s(?:current|present|whole|entire|latest|last)(?=\s))*(?:\s{Session}\b)?
        (?:\s(?:about|on|called|named|titled|with|so\sfar)\b)*(?:\s(?<topic>.+?))?(?:\s{Session})?$
        """, Options)]
    public static partial Regex Summary { get; }

    /// <summary>"what was the first thing I asked?", "my last question", "what did I just say".</summary>
    [GeneratedRegex("""
        ^(?:what\s(?:was|is|were|are)\s|what(?:'s|’s)\s|(?:please\s)?(?:show|tell|give)(?:\sme)?\s)?(?:the|my)\s(?:very\s)?
        (?:(?<first>first|oldest|earliest)|last|latest|newest|previous|most\srecent)\s(?:few\s|\d\s)?(?:things?|questions?|messages?|prompts?|requests?)
        (?:\s(?:that\s)?i(?:'ve|\shave|\sever)?\s(?:ever\s)?(?:asked?|said|say|wrote|sent)(?:\s(?:you|about))?)?$
        | ^what\sdid\si\s(?:ever\s)?(?:(?<first>first)|last|just)?\s*(?:ask|say|write)(?:\s(?:you|about))?\s?
          (?:(?<first>first|at\sfirst|at\sthe\sbeginning)|last|lately|recently|before|just\snow)?$
        """, Options)]
    public static partial Regex Asked { get; }

    /// <summary>"when did I last mention tea?".</summary>
    [GeneratedRegex($"""
        ^when\s(?:did|have|was|were)\s(?:(?<mine>i)|we|you)\s(?:(?<first>first)|last)?\s*{Say}(?:\s(?:you|me|to\syou))?(?:\s(?:about|of|that|on))*\s(?<topic>.+)$
        """, Options)]
    public static partial Regex When { get; }

    /// <summary>"list my sessions", "which chats mention tea?", "what have we talked about recently?".</summary>
    [GeneratedRegex($"""
        {Please}(?:(?:list|show|display|see|view|find|get|give)(?:\sme)?\s|(?:what|which)\s(?:are|were)\s|(?:what|which)\s)?
        (?:(?:all|the|of|my|our|recent|latest|last|other|old|past|\d+)\s)*{Session}(?:\s(?:do|did|have|are)\b)?(?:\s(?:i|we|there)\b)?
        (?:\s(?:have|had|started|talk(?:ed)?|discuss(?:ed)?|been))*(?:\s(?:that|which)(?:\sare|\swere)?)?
        (?:\s{About}\s(?<topic>.+)|\s(?:mention|contain|deal\swith|talk\sabout|discuss)(?:s|ed)?\s(?<topic>.+))?$
        | ^what\s(?:have|did)\swe\s(?:been\s)?(?:talk(?:ed|ing)?|discuss(?:ed|ing)?|spoken|speak)(?:\sabout)?(?:\s(?:recently|lately|so\sfar|before))?$
        """, Options)]
    public static partial Regex Sessions { get; }

    /// <summary>"what did I say about tea?", "find tea", "remind me what I decided about tea".</summary>
    [GeneratedRegex($$"""
        {{Please}}(?:
        (?:what|where|which|how|why|who|did|do|have)\b.{0,40}?\b(?:(?<mine>i)|we|you|it|the\s(?:assistant|model|answer))\b(?:\s(?:ever|already|actually|just|have|'ve|once))*\s{{Say}}
          (?:\s(?:to\s)?(?:you|me|us))?(?:\s(?:about|of|on|regarding|that|with\sme|something|anything))*\s(?<topic>.+)
        | (?:find|search|look\sup|look\sfor|quote|recall|retrieve|show|remember)
          (?:\s(?:me|for|all|the|any|my|every|everything|anything|something|what|messages?|passages?|quotes?|where|i|we|said|wrote|about|of|that|mention(?:s|ed|ing)?|{{Session}}))*
          \s(?<topic>.+)
        | remind\sme(?:\s(?:of|about|what|where|when|i|we|said|asked|decided|about|that))*\s(?<topic>.+)
        | do\syou\sremember(?:\s(?:what|when|where|i|we|said|my|the|about|that))*\s(?<topic>.+))$
        """, Options)]
    public static partial Regex Recall { get; }

    /// <summary>"what did I say" without a topic; a period is removed before matching.</summary>
    [GeneratedRegex("""
        ^what\s(?:did|have)\s(?:i|we)\s(?:say|said|ask(?:ed)?|write|wrote|written|talk(?:ed)?|discuss(?:ed)?|do|done)(?:\s(?:you|about|to\syou))*$
        | ^what\shappened$
        """, Options)]
    public static partial Regex RecallAll { get; }

    [GeneratedRegex($@"\b(?:in|from|of)\s(?:this|the\scurrent|the\spresent)\s{Session}\b|\bhere$", Options)]
    public static partial Regex InThis { get; }

    [GeneratedRegex($@"\b(?:in|from|of)\s(?:all\s)?(?:(?:any|some|my|the)\s)?(?:of\s(?:my|the)\s)?other\s{Session}\b|\belsewhere\b", Options)]
    public static partial Regex InOthers { get; }

    [GeneratedRegex($"""
        \b(?:in|across|from|through)\s(?:all(?:\sof)?\s|any(?:\sof)?\s|every\s)?(?:the\s|my\s|our\s)?{Session}\b|\beverywhere$|\bin\stotal\b|\bso\sfar\b|\baltogether\b
        """, Options)]
    public static partial Regex InAll { get; }

    /// <summary>A topic that means the current session.</summary>
    [GeneratedRegex($@"^(?:this|it|that|everything|all|here|so\sfar|(?:this|the|our|my)?\s?(?:current\s)?(?:one|{Session}))$", Options)]
    public static partial Regex ThisSession { get; }

    /// <summary>Beginnings of questions and requests without a question mark.</summary>
    [GeneratedRegex("""
        ^(?:who|what|when|where|why|how|which|whose|is|are|am|was|were|do|does|did|can|could|will|would|should|shall|may|has|have|explain|describe|write|give
        |tell|show|make|create|help|translate|compare|list|suggest|draft|find|calculate|convert|fix|improve|generate|please)\b
        """, Options)]
    public static partial Regex Asking { get; }
}
