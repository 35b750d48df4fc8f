namespace ChatApp.Web.Integrations;

/// <summary>Limits the size of responses: client libraries buffer a whole response, or one event of a stream, before its length can be checked.</summary>
/// <param name="inner">The handler that connects.</param>
/// <param name="tooLong">Creates the exception for a longer response.</param>
/// <param name="maxTotal">The maximum length of all events of a stream.</param>
internal sealed class ResponseLimitHandler(HttpMessageHandler inner, Func<Exception> tooLong, long maxTotal = long.MaxValue) : DelegatingHandler(inner)
{
    /// <summary>The maximum length of a response, or of one event of a stream: 8 MB.</summary>
    public const int MaxLength = 8 * 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var isEvents = response.Content.Headers.ContentType?.MediaType == "text/event-stream";
        var limited = new StreamContent(new LimitedStream(await response.Content.ReadAsStreamAsync(cancellationToken), isEvents, tooLong, maxTotal));
        foreach (var header in response.Content.Headers.NonValidated)
        {
            limited.Headers.TryAddWithoutValidation(header.Key, (IEnumerable<string>)header.Value);
        }
        response.Content = limited;
        return response;
    }

    private sealed class LimitedStream(Stream stream, bool isEvents, Func<Exception> tooLong, long maxTotal) : ReadingStream(stream)
    {
        private long _total;
        private int _length;
        private bool _isLineEmpty;
        private byte _last;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await Inner.ReadAsync(buffer, cancellationToken);
            Count(buffer.Span[..read]);
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = Inner.Read(buffer, offset, count);
            Count(buffer.AsSpan(offset, read));
            return read;
        }

        private void Count(ReadOnlySpan<byte> bytes)
        {
            foreach (var b in bytes)
            {
                _length++;
                if (isEvents && b is (byte)'\n' or (byte)'\r' && !(b == '\n' && _last == '\r'))
                {
                    _length = _isLineEmpty ? 0 : _length; // an empty line ends an event
                    _isLineEmpty = true;
                }
                else if (b is not (byte)'\n')
                {
                    _isLineEmpty = false;
                }
                _last = b;
            }
            _total += bytes.Length;
            if (_length > MaxLength || _total > maxTotal)
            {
                Inner.Dispose(); // some readers do not after an error, and the server would keep sending
                throw tooLong();
            }
        }
    }
}
