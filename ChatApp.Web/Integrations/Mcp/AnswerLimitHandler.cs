namespace ChatApp.Web.Integrations.Mcp;

/// <summary>Ends answers that grow without end: the library reads an answer, or one event of a stream, into memory before anybody can look at its length.</summary>
internal sealed class AnswerLimitHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>The longest answer or event: 8 MB.</summary>
    public const int MaxLength = 8 * 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var isEvents = response.Content.Headers.ContentType?.MediaType == "text/event-stream";
        var limited = new StreamContent(new LimitedStream(await response.Content.ReadAsStreamAsync(cancellationToken), isEvents));
        foreach (var header in response.Content.Headers.NonValidated)
        {
            limited.Headers.TryAddWithoutValidation(header.Key, (IEnumerable<string>)header.Value);
        }
        response.Content = limited;
        return response;
    }

    private sealed class LimitedStream(Stream stream, bool isEvents) : Stream
    {
        private int _length;
        private bool _isLineEmpty;
        private byte _last;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await stream.ReadAsync(buffer, cancellationToken);
            Count(buffer.Span[..read]);
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = stream.Read(buffer, offset, count);
            Count(buffer.AsSpan(offset, read));
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                stream.Dispose();
            }
            base.Dispose(disposing);
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
            if (_length > MaxLength)
            {
                stream.Dispose(); // not every reader does it after an error; the server would go on
                throw new InvalidDataException("The answer is too long.");
            }
        }
    }
}
