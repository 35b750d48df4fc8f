namespace ChatApp.Web.Integrations.BuiltIn;

/// <summary>What the built-in assistant says about itself. Each paragraph is one line, because pages render line breaks.</summary>
internal static class Help
{
    public const string Connect = """
        To connect a language model, start ChatApp with one of these environment variables set:

        | Variable | Connects |
        | --- | --- |
        | `OPENAI_API_KEY` | OpenAI |
        | `OPENAI_BASE_URL` | any OpenAI-compatible server (LM Studio, llama.cpp, vLLM, a gateway …), with `OPENAI_API_KEY` if it needs a key |
        | `ANTHROPIC_API_KEY` | Anthropic |
        | `OLLAMA_HOST` | an Ollama server, for example `192.168.0.7:11434`; one on this machine is found automatically |

        You can connect several and choose one below the message. `Chat__Model` sets the default. Your chats are not affected.
        """;

    public const string Self =
        "I am ChatApp's **built-in assistant**. I work without a language model, a key or a network, and I know only what is "
        + """
        in your own chats. For example, ask me:

        - *What did I say about the budget?* · *Find "connection refused"* · *When did I last mention Kyoto?*
        - *List my chats about Python* · *What did we talk about last week?*
        - *How many messages do I have?* · *How many words did I write this month?* · *How many tokens have I used?*
        - *What was the first thing I asked?*
        - *Summarize this chat* · *Summarize my chat about the garden*
        - *What time is it?*


        """
        + "After a reply, *more* shows the next results and *and in other chats?* searches elsewhere. For any other question, I search your messages for its "
        + "keywords.";

    public const string Greeting =
        "Hello! I am ChatApp's built-in assistant. I can find, count and summarize what is in your chats; *help* shows how. For everything else, "
        + "connect a language model: ask me how to *connect a model*.";

    public const string Thanks = "You're welcome.";

    /// <summary>For questions that the user's sessions do not answer.</summary>
    public const string Unknown =
        "I am the built-in assistant: I know only what is in your own chats. For questions like this one, connect a model.";

    /// <summary>A shorter version, for searches.</summary>
    public const string OnlySessions = "I only know your chats; a connected model could tell you more. Ask me how to *connect a model*.";
}
