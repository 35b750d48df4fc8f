namespace ChatApp.Web.Integrations;

/// <summary>
/// Joins surrogate pairs that a provider has split between two texts of its JSON, as tokenizers do with emoji: <c>"\ud83d"</c> in one delta and <c>"\ude00"</c> in the next. Client libraries
/// cannot read half a pair and fail. The pair becomes part of the second text; a half without the other becomes U+FFFD, or is left out at the end of a text.
/// </summary>
/// <param name="inner">The handler that connects.</param>
internal sealed class SurrogateJoiningHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType is "text/event-stream" or "application/json")
        {
            var joined = new StreamContent(new JoiningStream(await response.Content.ReadAsStreamAsync(cancellationToken)));
            foreach (var header in response.Content.Headers.NonValidated.Where(h => !h.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))) // which may change
            {
                joined.Headers.TryAddWithoutValidation(header.Key, (IEnumerable<string>)header.Value);
            }
            response.Content = joined;
        }
        return response;
    }

    private sealed class JoiningStream(Stream stream) : ReadingStream(stream)
    {
        private readonly SurrogateJoiner _joiner = new();
        private readonly byte[] _input = new byte[4096];
        private int _given;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (buffer.Length > 0 && _given == _joiner.Output.Length)
            {
                Begin();
                var read = await Inner.ReadAsync(_input, cancellationToken);
                if (read == 0)
                {
                    return 0;
                }
                _joiner.Add(_input.AsSpan(0, read));
            }
            return Give(buffer.Span);
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            while (count > 0 && _given == _joiner.Output.Length)
            {
                Begin();
                var read = Inner.Read(_input, 0, _input.Length);
                if (read == 0)
                {
                    return 0;
                }
                _joiner.Add(_input.AsSpan(0, read));
            }
            return Give(buffer.AsSpan(offset, count));
        }

        private void Begin()
        {
            _joiner.Clear();
            _given = 0;
        }

        private int Give(Span<byte> buffer)
        {
            var given = Math.Min(buffer.Length, _joiner.Output.Length - _given);
            _joiner.Output.Slice(_given, given).CopyTo(buffer);
            _given += given;
            return given;
        }
    }
}
