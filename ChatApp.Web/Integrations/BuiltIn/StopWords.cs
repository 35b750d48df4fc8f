using System.Collections.Frozen;

namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>English words that do not tell what a text is about.</summary>
internal static class StopWords
{
    private static readonly FrozenSet<string> Words = """
        a about above after again against all also am an and any anybody anything are aren't as at be because been before being below between both but by
        called can can't cannot could couldn't did didn't do does doesn't doing don't done down during each either else ever every few for from further get gets
        give go goes going gonna got had has hasn't have haven't having he he's her here hers herself hi him himself his how how's however i i'd i'll i'm
        i've if in instead into is isn't it it's its itself just kind know lately least less let let's like lot made make makes many maybe me might mine
        more most much must my myself named need needs neither never no nobody nor not nothing now of off often ok okay on once one only onto or other others our
        ours out over own per perhaps please put quite rather really regarding said same say saying says see seem seems shall she should shouldn't since so
        some somebody something sometimes soon still such sure take tell tells than thank thanks that that's the their theirs them themselves then there
        there's these they thing things think this those though through thus to together told too toward under until up upon us use used using very want
        wants was wasn't way we we'd we'll we're we've well went were weren't what what's whatever when when's where where's whether which while who who's
        whole whom whose why will with within without won't would wouldn't yes yet you you'd you'll you're you've your yours yourself
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // Words that request a search and are not part of the topic.
    private static readonly FrozenSet<string> SearchWords = """
        ago ask asked asking chat chats conversation conversations discuss discussed explain find first last latest look looking mention mentioned mentioning
        message messages question questions quote recall remember remind search session sessions show speak spoke talk talked talking thread threads write
        wrote written
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool Contains(string word) => Words.Contains(word.Replace('’', '\''));

    public static bool IsSearchWord(string word) => SearchWords.Contains(word);
}
