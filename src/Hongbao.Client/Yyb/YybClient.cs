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
    /// Sends a batch, and again what of it was not answered or was asked to come again, in packages that hold only that. When it returns, every answer has its value or its
    /// failure; one failing command does not touch the others.
    /// </summary>
    /// <param name="batch">1 to <see cref="YybBatch.CommandsMax"/> commands. It can be sent once more: then only what did not succeed is, and nothing when all did.</param>
    /// <param name="options">Of this call alone.</param>
    /// <param name="cancellationToken">Ends the call and its waiting; what was sent may still be carried out.</param>
    /// <exception cref="HongbaoException">No package was answered, or the whole was refused, as for want of a token: no command has an answer.</exception>
    public async Task SendAsync(YybBatch batch, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentOutOfRangeException.ThrowIfZero(batch.Answers.Count, nameof(batch));
        var open = batch.Answers.Where(a => !a.IsOk).ToList();
        if (open.Count == 0)
        {
            return;
        }

        var isAnswered = false;
        try
        {
            await _caller.CallAsync(async (token, end) =>
            {
                var answer = await AskAsync<PkgReqV2, PkgRspV2>(
                    YybConstants.Version2, new PkgReqV2 { Head = HeadOf(token), Requests = open.ConvertAll(a => a.Request) }, a => a.Head, end).ConfigureAwait(false);
                if (answer.Responses.Count != open.Count)
                {
                    throw Problems.NotOurs(200);
                }

                isAnswered = true;
                for (var i = 0; i < open.Count; i++)
                {
                    open[i].Take(answer.Responses[i], answer.Head.TraceId, _options.Repeats);
                }

                // The one that asks for the longest wait decides when all that are left come again.
                open.RemoveAll(a => a.IsEnded);
                return open.Count == 0 ? true : throw open.Select(a => a.Failure!).MaxBy(f => f.RetryAfter ?? TimeSpan.Zero)!;
            }, open.Exists(a => a.TakesToken), options, cancellationToken).ConfigureAwait(false);
        }
        catch (HongbaoException) when (isAnswered)
        {
            // Every answer says how it ended; those that were to come again keep what they were told last.
        }
    }

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
            answer.Take(answered.Response, answered.Head.TraceId, _options.Repeats);
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
        if (YybPackage.Read(bytes, out var read, Exchange.AnswerMax) != YybFault.None || read.Version != version || !JceSerializer.TryRead<TAnswer>(read.Body, out var answer, out _))
        {
            throw Problems.NotOurs(status);
        }

        var head = headOf(answer);
        return head.Code == (int)ErrorCode.Ok ? answer : throw YybProblems.Read(head);
    }
}
