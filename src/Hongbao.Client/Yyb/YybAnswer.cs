using Hongbao.Jce;

namespace Hongbao.Client.Yyb;

/// <summary>A command that waits in a batch, and later how it ended.</summary>
public abstract class YybAnswer
{
    private protected YybAnswer(Request request) => Request = request;

    /// <summary>Why it did not succeed; null when it did, and before the batch was sent.</summary>
    public HongbaoException? Failure { get; private set; }

    /// <summary>True once it succeeded.</summary>
    public bool IsOk { get; private set; }

    /// <summary>As it is sent, each time the same.</summary>
    internal Request Request { get; }

    /// <summary>True when its last answer can stand.</summary>
    internal bool IsEnded { get; private set; }

    /// <summary>Takes one answer; an exception of the command is kept, not thrown.</summary>
    internal void Take(Response response, string traceId)
    {
        if (response.Head.Command != Request.Head.Command || response.Head.RequestId != Request.Head.RequestId)
        {
            Fail(Http.Problems.NotOurs(200, null), isEnded: true);
            return;
        }

        if (response.Head.Code != (int)ErrorCode.Ok)
        {
            var failure = YybProblems.Read(response, traceId);
            Fail(failure, isEnded: !failure.IsTransient);
            return;
        }

        if (TryTake(response.Body))
        {
            (Failure, IsOk, IsEnded) = (null, true, true);
        }
        else
        {
            Fail(Http.Problems.NotOurs(200, null), isEnded: true);
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

    internal YybAnswer(Request request)
        : base(request)
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
