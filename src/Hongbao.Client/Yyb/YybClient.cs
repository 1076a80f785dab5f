using System.Net.Http.Headers;
using Hongbao.Client.Calling;
using Hongbao.Client.Http;
using Hongbao.Jce;
using Hongbao.Jce.Yyb;

namespace Hongbao.Client.Yyb;

/// <summary>
/// A Hongbao service by the package for apps (<c>POST /yyb</c>): the same operations as <see cref="HongbaoClient"/> in fewer bytes, and several in one request by
/// <see cref="SendAsync"/>. It is as patient, and holds nothing between calls.
/// </summary>
public sealed partial class YybClient
{
    private const string ContentType = "application/octet-stream";

    // The body of one command may be nearly all of an answer.
    private static readonly JceLimits AnswerLimits = new() { LengthMax = YybConstants.AnswerBytesMax, TotalMax = YybConstants.AnswerBytesMax };
    private readonly HttpClient _http;
    private readonly ClientOptions _options;
    private readonly Caller _caller;
    private readonly Uri _entry;

    /// <param name="http">
    /// Carries the packages; yours, so you dispose of it. It should follow no redirection (<c>new SocketsHttpHandler { AllowAutoRedirect = false }</c>): the token is in the package and would go
    /// to whoever the service's name is redirected to. Its own timeout should be longer than <see cref="ClientOptions.AttemptTimeout"/>.
    /// </param>
    /// <param name="service">Where the service is, such as <c>https://packets.example.com/</c>.</param>
    /// <param name="options">Whose commands these are, and how patient.</param>
    /// <exception cref="ArgumentException">The address is not absolute, or a setting is out of its range.</exception>
    public YybClient(HttpClient http, Uri service, ClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        _http = http;
        _entry = new Uri(ServiceAddress.Of(service), "yyb");
        _options = options ?? new ClientOptions();
        _caller = new Caller(_options);
    }

    /// <summary>
    /// Sends a batch, and again what of it was not answered or was asked to come again, in packages that hold only that. Each command is as patient as it would be alone; when
    /// several come again, they come when the last of them may. When it returns, every answer has its value or its failure; one failing command does not touch the others.
    /// </summary>
    /// <param name="batch">1 to <see cref="YybBatch.CommandsMax"/> commands. It can be sent once more: then only what did not succeed is, and nothing when all did.</param>
    /// <param name="options">Of this call alone.</param>
    /// <param name="cancellationToken">Ends the call and its waiting; what was sent may still be carried out.</param>
    /// <exception cref="HongbaoException">
    /// No package was answered, or the whole was refused, as for want of a token: no command has an answer, and this is the failure of each. Once a package was answered it does not
    /// throw; what ends the call then, such as a connection that breaks, is the failure of those that were to come again.
    /// </exception>
    public async Task SendAsync(YybBatch batch, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentOutOfRangeException.ThrowIfZero(batch.Answers.Count, nameof(batch));
        var open = batch.Answers.Where(a => !a.IsOk).Select(a => new OpenCommand(a, new Patience(_options))).ToList();
        if (open.Count == 0)
        {
            return;
        }

        var isAnswered = false;
        var whole = new Patience(_options);
        try
        {
            await _caller.CallAsync(SendOpenAsync, open.Exists(c => c.Answer.TakesToken), options, cancellationToken, Next).ConfigureAwait(false);
        }
        catch (HongbaoException e)
        {
            // What no command was answered with befell all that are left: an earlier answer of theirs says nothing about the last time.
            open.ForEach(c => c.Answer.Fail(e));
            if (!isAnswered)
            {
                throw;
            }
        }

        // One package; it fails with what one of those is answered that did not succeed.
        async Task<bool> SendOpenAsync(string? token, CancellationToken end)
        {
            var package = new PkgReqV2 { Head = HeadOf(token), Requests = open.ConvertAll(c => c.Answer.Request) };
            var answer = await AskAsync<PkgReqV2, PkgRspV2>(YybConstants.Version2, package, a => a.Head, end).ConfigureAwait(false);
            if (answer.Responses.Count != open.Count)
            {
                throw Problems.NotOurs(200);
            }

            isAnswered = true;
            for (var i = 0; i < open.Count; i++)
            {
                open[i].Answer.Take(answer.Responses[i], answer.Head.TraceId);
            }

            open.RemoveAll(c => c.Answer.IsOk);
            return open.Count == 0 ? true : throw open[0].Answer.Failure!;
        }

        CallWait? Next(HongbaoException failure, TimeSpan left)
        {
            if (!open.Exists(c => ReferenceEquals(c.Answer.Failure, failure)))
            {
                return whole.Next(failure, left);
            }

            // Who is not worth waiting for has its end, and the last of the others says when they come.
            var waits = open.ConvertAll(c => c.Patience.Next(c.Answer.Failure!, left));
            open = [.. open.Where((_, i) => waits[i] is not null)];
            return waits.OfType<CallWait>().MaxBy(w => w.Duration);
        }
    }

    /// <summary>A command that may still succeed, and what is left of its patience.</summary>
    private sealed record OpenCommand(YybAnswer Answer, Patience Patience);

    private Task<TResponse> CallAsync<TRequest, TResponse>(
        YybCommand<TRequest, TResponse> command, TRequest request, string? requestId, CallOptions? options, CancellationToken cancellationToken)
        where TRequest : class, IJceStruct
        where TResponse : class, IJceStruct<TResponse>
    {
        // Made once: every repetition is this very command.
        var batch = new YybBatch();
        var answer = batch.Add(command, request, requestId);
        return _caller.CallAsync(async (token, end) =>
        {
            var package = new PkgReqV1 { Head = HeadOf(token), Request = answer.Request };
            var answered = await AskAsync<PkgReqV1, PkgRspV1>(YybConstants.Version1, package, a => a.Head, end).ConfigureAwait(false);
            answer.Take(answered.Response, answered.Head.TraceId);
            return answer.Value;
        }, command.TakesToken, options, cancellationToken);
    }

    // One that is made up here would be lost with the call.
    private static string OwnNumber(string requestId)
    {
        ArgumentException.ThrowIfNullOrEmpty(requestId);
        return requestId;
    }

    private PkgReqHead HeadOf(string? token) => new() { AccessToken = token ?? "", AppVersion = _options.AppVersion, Locale = _options.Locale };

    /// <summary>One package and its answer.</summary>
    private async Task<TAnswer> AskAsync<TPackage, TAnswer>(int version, TPackage package, Func<TAnswer, PkgRspHead> headOf, CancellationToken cancellationToken)
        where TPackage : class, IJceStruct
        where TAnswer : class, IJceStruct<TAnswer>
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _entry)
        {
            Content = new ByteArrayContent(YybPackage.ToBytes((uint)version, package)) { Headers = { ContentType = new MediaTypeHeaderValue(ContentType) } },
        };
        var (bytes, status) = await Exchange.SendAsync(_http, request, _options.Clock, cancellationToken).ConfigureAwait(false);
        if (YybPackage.Read(bytes, out var read, YybConstants.AnswerBytesMax) != YybFault.None || read.Version != version
            || !JceSerializer.TryRead<TAnswer>(read.Body, out var answer, out _, AnswerLimits))
        {
            throw Problems.NotOurs(status);
        }

        var head = headOf(answer);
        return head.Code == (int)ErrorCode.Ok ? answer : throw YybProblems.Read(head);
    }
}
