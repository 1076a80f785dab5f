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

    /// <summary>Takes one answer; an exception of the command is kept, not thrown.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="traceId">The package's.</param>
    internal void Take(Response response, string traceId)
    {
        if (response.Head.Command != Request.Head.Command || response.Head.RequestId != Request.Head.RequestId)
        {
            Fail(Http.Problems.NotOurs(200));
        }
        else if (response.Head.Code != (int)ErrorCode.Ok)
        {
            Fail(YybProblems.Read(response, traceId));
        }
        else if (TryTake(response.Body))
        {
            (Failure, IsOk) = (null, true);
        }
        else
        {
            Fail(Http.Problems.NotOurs(200));
        }
    }

    /// <summary>It has not succeeded, for all that is known.</summary>
    internal void Fail(HongbaoException failure) => Failure = failure;

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
    /// <exception cref="InvalidOperationException">The batch has not been sent, or its sending was ended by its caller.</exception>
    public TResponse Value => _value ?? throw (Failure as Exception ?? new InvalidOperationException("There is no answer yet: the batch has not been sent, or its sending was ended."));

    private protected override bool TryTake(byte[] body)
    {
        var isRead = JceSerializer.TryRead<TResponse>(body, out var value, out _);
        _value = isRead ? value : null;
        return isRead;
    }
}
