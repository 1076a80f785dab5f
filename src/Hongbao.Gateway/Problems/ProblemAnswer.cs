using System.Collections.Concurrent;
using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Gateway.Json;

namespace Hongbao.Gateway.Problems;

/// <summary>An error answer: the problem document, its status and the headers that go with it.</summary>
internal sealed class ProblemAnswer : IResult
{
    public const string ContentType = "application/problem+json; charset=utf-8";

    private const string BearerChallenge = "Bearer";

    // By code, of which there are as many as the table has.
    private static readonly ConcurrentDictionary<string, string> Types = new(StringComparer.Ordinal);

    // Documents that say nothing beyond their code, written once: an exhausted packet is refused as often as a full one is claimed.
    private static readonly ConcurrentDictionary<ResultCode, PlainProblem> Plain = new();
    private readonly ProblemKind _kind;
    private readonly Result _result;

    // Of a newer module; what this release has no name for is a fault of the platform to those who came by it.
    private readonly ResultCode? _unknown;

    private ProblemAnswer(ProblemKind kind, Result result)
    {
        _kind = kind;
        _result = result;
    }

    private ProblemAnswer(ResultCode unknown)
        : this(ProblemTable.Of(ResultCode.Internal), Result.Of(ResultCode.Internal)) => _unknown = unknown;

    public static ProblemAnswer Of(ResultCode code, string detail = "") => From(Result.Of(code, detail));

    public static ProblemAnswer Invalid(IReadOnlyList<FieldFault> faults) => From(new Result { Code = ResultCode.ValidationFailed, Faults = [.. faults] });

    public static ProblemAnswer OfStatus(int status, string detail = "") => new(ProblemTable.OfStatus(status), new Result { Detail = detail });

    public static ProblemAnswer From(Result result) => Enum.IsDefined(result.Code) ? new(ProblemTable.Of(result.Code), result) : new(result.Code);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (_unknown is { } unknown)
        {
            httpContext.RequestServices.GetRequiredService<UnknownValues>().IsKnown(unknown);
        }

        var headers = httpContext.Response.Headers;
        if (_kind.Status is 429 or 503)
        {
            headers.RetryAfter = Math.Max(1, (ProblemTable.RetryAfterMsOf(_result) + 999) / 1000).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        if (_kind.Status == 401 && headers.WWWAuthenticate.Count == 0)
        {
            headers.WWWAuthenticate = BearerChallenge;
        }

        var page = httpContext.GetEndpoint()?.Metadata.GetMetadata<IProblemPage>();
        return page is not null && page.IsWanted(httpContext)
            ? page.WriteAsync(httpContext, _kind)
            : JsonAnswer.WriteAsync(httpContext, _kind.Status, IsPlain ? PlainBody(TraceIds.Of(httpContext)) : Write(Body(TraceIds.Of(httpContext))), ContentType);
    }

    private bool IsPlain => _result is { Code: not (ResultCode.Ok or ResultCode.ClaimBusy), Detail.Length: 0, Faults.Count: 0, TriesLeft: < 0 } && !ProblemTable.IsEarly(_result);

    private byte[] PlainBody(string traceId) => Plain.GetOrAdd(_result.Code, static (_, answer) => new PlainProblem(id => Write(answer.Body(id))), this).With(traceId);

    private static byte[] Write(ProblemBody body) => JsonSerializer.SerializeToUtf8Bytes(body, GatewayJson.Wire.ProblemBody);

    private ProblemBody Body(string traceId)
    {
        var isBusy = _result.Code == ResultCode.ClaimBusy;
        return new ProblemBody
        {
            Type = Types.GetOrAdd(_kind.Code, static code => "urn:hongbao:problem:" + code.ToLowerInvariant().Replace('_', '-')),
            Status = _kind.Status,
            Title = _kind.Title,
            Detail = ProblemTable.DetailOf(_result, _kind),
            Code = _kind.Code,
            TraceId = traceId,
            Errors = _result.Faults.Count == 0 ? null
                : _result.Faults.GroupBy(f => f.Field, f => f.Message, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal),
            RetryAfterMs = isBusy || ProblemTable.IsEarly(_result) ? ProblemTable.RetryAfterMsOf(_result) : null,
            MaxPolls = isBusy ? ProblemTable.MaxPollsOf(_result) : null,
            TriesLeft = _result.TriesLeft < 0 ? null : _result.TriesLeft,
        };
    }
}
