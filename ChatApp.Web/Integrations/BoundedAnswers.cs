namespace ChatApp.Web.Integrations;

/// <summary>Ends answers that grow without end: libraries read an answer, or one event of a stream, into memory before anybody can look at its length.</summary>
/// <param name="inner">Makes the connections.</param>
/// <param name="tooLong">What the reader gets then.</param>
internal sealed class BoundedAnswers(HttpMessageHandler inner, Func<Exception> tooLong) : DelegatingHandler(inner)
{
    /// <summary>The longest answer or event: 8 MB.</summary>
    public const int MaxLength = 8 * 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var isEvents = response.Content.Headers.ContentType?.MediaType == "text/event-stream";
        var bounded = new StreamContent(new BoundedStream(await response.Content.ReadAsStreamAsync(cancellationToken), isEvents, tooLong));
        foreach (var header in response.Content.Headers.NonValidated)
        {
            bounded.Headers.TryAddWithoutValidation(header.Key, (IEnumerable<string>)header.Value);
        }
        response.Content = bounded;
        return response;
    }

    private sealed class BoundedStream(Stream stream, bool isEvents, Func<Exception> tooLong) : Stream
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

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

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
                throw tooLong();
            }
        }
    }
}
