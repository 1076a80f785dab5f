using Hongbao.Jce;

namespace Hongbao.Client.Yyb;

/// <summary>A command that waits in a batch, and later how it ended.</summary>
public abstract class YybAnswer
{
    private protected YybAnswer(bool takesToken, Request request)
    {
        TakesToken = takesToken;
        Request = request;
    }

    /// <summary>The command's own number, under which it is sent each time. Of <see cref="YybCommands.CreatePacket"/>: keep it until there is an answer.</summary>
    public string RequestId => Request.Head.RequestId;

    /// <summary>Why it did not succeed; null when it did, and before the batch was sent.</summary>
    public HongbaoException? Failure { get; private set; }

    /// <summary>True once it succeeded.</summary>
    public bool IsOk { get; private set; }

    /// <summary>As it is sent, each time the same.</summary>
    internal Request Request { get; }

    /// <summary>True when a token is needed or makes a difference.</summary>
    internal bool TakesToken { get; }

    /// <summary>True when its last answer can stand.</summary>
    internal bool IsEnded { get; private set; }

    /// <summary>Takes one answer; an exception of the command is kept, not thrown.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="traceId">The package's.</param>
    /// <param name="repeats">Which failures are worth the same command again: it is not ended by them.</param>
    internal void Take(Response response, string traceId, Func<HongbaoException, bool> repeats)
    {
        if (response.Head.Command != Request.Head.Command || response.Head.RequestId != Request.Head.RequestId)
        {
            Fail(Http.Problems.NotOurs(200), isEnded: true);
            return;
        }

        if (response.Head.Code != (int)ErrorCode.Ok)
        {
            var failure = YybProblems.Read(response, traceId);
            Fail(failure, isEnded: !repeats(failure));
            return;
        }

        if (TryTake(response.Body))
        {
            (Failure, IsOk, IsEnded) = (null, true, true);
        }
        else
        {
            Fail(Http.Problems.NotOurs(200), isEnded: true);
        }
    }

    /// <summary>It ended without an answer of its own.</summary>
    internal void Fail(HongbaoException failure, bool isEnded) => (Failure, IsEnded) = (failure, isEnded);

    private protected abstract bool TryTake(byte[] body);
}

/// <summary>A command that waits in a batch, and later its answer.</summary>
/// <typeparam name="TResponse">What it is answered with.</typeparam>
public sealed class YybAnswer<TResponse> : YybAnswer
    where TResponse : class, IJceStruct<TResponse>
{
    private TResponse? _value;

    internal YybAnswer(bool takesToken, Request request)
        : base(takesToken, request)
    {
    }

    /// <summary>The answer.</summary>
    /// <exception cref="HongbaoException">The command did not succeed.</exception>
    /// <exception cref="InvalidOperationException">The batch has not been sent.</exception>
    public TResponse Value => _value ?? throw (Failure as Exception ?? new InvalidOperationException("The batch has not been sent."));

    private protected override bool TryTake(byte[] body)
    {
        var isRead = JceSerializer.TryRead<TResponse>(body, out var value, out _);
        _value = isRead ? value : null;
        return isRead;
    }
}
