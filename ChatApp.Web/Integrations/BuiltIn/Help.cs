namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>What the built-in assistant says about itself. A paragraph is one line: pages show line ends as line ends.</summary>
internal static class Help
{
    public const string Connect = """
        To connect a language model, start ChatApp with one of these environment variables set:

        | Variable | What it connects |
        | --- | --- |
        | `OPENAI_API_KEY` | OpenAI |
        | `OPENAI_BASE_URL` | any OpenAI-compatible server (LM Studio, llama.cpp, vLLM, a gateway …), with `OPENAI_API_KEY` if it wants a key |
        | `ANTHROPIC_API_KEY` | Anthropic |
        | `OLLAMA_HOST` | an Ollama server, for example `192.168.0.7:11434`; one on this machine is found by itself |

        Several at once are fine: you choose below the message. `Chat__Model` names the one that answers otherwise. Everything in your sessions stays as it is.
        """;

    public const string Self =
        "I am ChatApp's **built-in assistant**. No language model is involved when I answer: I need no key and no network, and I know nothing but what is "
        + """
        in your own sessions. In those I am quite at home. Ask me for example:

        - *What did I say about the budget?* · *Find "connection refused"* · *When did I last mention Kyoto?*
        - *List my sessions about Python* · *What did we talk about last week?*
        - *How many messages do I have?* · *How many words did I write this month?* · *How many tokens have I used?*
        - *What was the first thing I asked?*
        - *Summarize this session* · *Summarize my session about the garden*
        - *What time is it?*


        """
        + "After an answer, *more* shows the next results and *and in other sessions?* looks elsewhere. A question that has none of these forms I take by its "
        + "key words and look for them in your messages.";

    public const string Greeting =
        "Hello! I am ChatApp's built-in assistant. I can find, count and summarize what is in your sessions; *help* shows how. For everything else, "
        + "a language model can be connected: ask me how to *connect a model*.";

    public const string Thanks = "You're welcome.";

    /// <summary>For questions about which the user's sessions say nothing.</summary>
    public const string Unknown =
        "I am the built-in assistant: I know only what is in your own sessions. For answers to questions like this one, connect a model.";

    /// <summary>The same, shorter, for searches.</summary>
    public const string OnlySessions = "I only know your sessions; a connected model could say more. Ask me how to *connect a model*.";
}
