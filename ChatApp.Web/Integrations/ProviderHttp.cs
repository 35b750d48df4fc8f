using System.Net.Http.Headers;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Ports;

namespace ChatApp.Web.Integrations;

/// <summary>How the app talks HTTP to the providers of models, whose addresses only its operator chooses.</summary>
internal static class ProviderHttp
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Connections to one provider, for as long as the app runs. Its answers cannot fill the memory.</summary>
    /// <param name="endpoint">Where the provider is.</param>
    /// <param name="outer">Sees every answer first.</param>
    public static HttpClient Create(Uri endpoint, DelegatingHandler? outer = null)
    {
        var bounded = new BoundedAnswers
        {
            InnerHandler = new SocketsHttpHandler
            {
                ConnectTimeout = ConnectTimeout,
                PooledConnectionLifetime = TimeSpan.FromMinutes(10), // addresses change
                AllowAutoRedirect = false, // the key goes where it was meant to go
                UseCookies = false,
                UseProxy = !endpoint.IsLoopback, // a proxy's "localhost" is another machine
            },
        };
        if (outer is not null)
        {
            outer.InnerHandler = bounded;
        }
        return new(outer ?? (HttpMessageHandler)bounded) { Timeout = Timeout.InfiniteTimeSpan }; // it would end long streams
    }

    /// <summary>When a provider wants to be asked again.</summary>
    public static TimeSpan? RetryAfter(string? header, DateTimeOffset now)
    {
        if (!RetryConditionHeaderValue.TryParse(header, out var value))
        {
            return null;
        }
        var wait = value.Delta ?? value.Date - now;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <summary>
    /// Ends answers that have no end: of a stream, each line is read as a whole, and of anything else, all of it.
    /// </summary>
    private sealed class BoundedAnswers : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            var content = response.Content;
            var isStream = content.Headers.ContentType?.MediaType == "text/event-stream";
            response.Content = new StreamContent(new BoundedStream(await content.ReadAsStreamAsync(cancellationToken), isStream));
            foreach (var (name, values) in content.Headers)
            {
                response.Content.Headers.TryAddWithoutValidation(name, values);
            }
            return response;
        }
    }

    /// <summary>Reads on until there is too much.</summary>
    private sealed class BoundedStream(Stream inner, bool byLine) : Stream
    {
        private const int MaxBytes = 8 * 1024 * 1024;

        private int _bytes;

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
            var read = await inner.ReadAsync(buffer, cancellationToken);
            Count(buffer.Span[..read]);
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            Count(buffer[..read]);
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }
            base.Dispose(disposing);
        }

        private void Count(ReadOnlySpan<byte> read)
        {
            var last = byLine ? read.LastIndexOf((byte)'\n') : -1;
            _bytes = last < 0 ? _bytes + read.Length : read.Length - last - 1;
            if (_bytes > MaxBytes)
            {
                throw new ModelException(ReplyErrorCode.InvalidAnswer, "The model's server sent more than an answer can be.");
            }
        }
    }
}
