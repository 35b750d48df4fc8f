namespace ChatApp.Web.Integrations.WebSearch;

/// <summary>The pages that each session's searches have found, which can be read without approval. The least recently used sessions are forgotten first.</summary>
internal sealed class FoundPages
{
    private const int MaxSessions = 1000;
    private const int MaxPages = 200;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, LinkedListNode<(Guid Session, Queue<Uri> Pages)>> _sessions = [];
    private readonly LinkedList<(Guid Session, Queue<Uri> Pages)> _order = new();

    public void Add(Guid session, IEnumerable<Uri> pages)
    {
        lock (_lock)
        {
            if (!_sessions.TryGetValue(session, out var node))
            {
                node = _sessions[session] = new((session, new()));
            }
            else
            {
                _order.Remove(node);
            }
            _order.AddLast(node);
            foreach (var page in pages)
            {
                node.Value.Pages.Enqueue(page);
            }
            while (node.Value.Pages.Count > MaxPages)
            {
                node.Value.Pages.Dequeue();
            }
            if (_sessions.Count > MaxSessions)
            {
                _sessions.Remove(_order.First!.Value.Session);
                _order.RemoveFirst();
            }
        }
    }

    public bool Contains(Guid session, Uri page)
    {
        lock (_lock)
        {
            return _sessions.TryGetValue(session, out var node) && node.Value.Pages.Contains(page);
        }
    }
}
