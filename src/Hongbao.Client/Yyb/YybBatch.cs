using Hongbao.Jce;

namespace Hongbao.Client.Yyb;

/// <summary>
/// Several commands for one package of version 2. The service carries them out side by side, in no particular order: what builds on another's answer goes into a
/// later batch. Sent again (see <see cref="YybClient.SendAsync"/>), only commands that did not succeed are, each under the number that it has.
/// </summary>
public sealed class YybBatch
{
    private readonly List<YybAnswer> _answers = [];

    /// <summary>Most commands of one batch.</summary>
    public const int CommandsMax = YybConstants.CommandsMax;

    /// <summary>Its commands, in order.</summary>
    internal IReadOnlyList<YybAnswer> Answers => _answers;

    /// <summary>Adds a command.</summary>
    /// <param name="command">One of <see cref="YybCommands"/>.</param>
    /// <param name="request">What it takes; <see cref="Nothing.Value"/> for a command that takes nothing.</param>
    /// <param name="requestId">The client's own number; a fresh one when null (<see cref="YybAnswer.RequestId"/>). Of <see cref="YybCommands.CreatePacket"/>: the same number and content gives the same packet.</param>
    /// <returns>Where the answer will be.</returns>
    /// <exception cref="InvalidOperationException">The batch is full.</exception>
    public YybAnswer<TResponse> Add<TRequest, TResponse>(YybCommand<TRequest, TResponse> command, TRequest request, string? requestId = null)
        where TRequest : class, IJceStruct
        where TResponse : class, IJceStruct<TResponse>
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(request);
        if (_answers.Count == CommandsMax)
        {
            throw new InvalidOperationException($"A batch takes at most {CommandsMax} commands.");
        }

        var answer = new YybAnswer<TResponse>(command.TakesToken, new Request
        {
            Head = new ReqHead { Command = (int)command.Number, RequestId = requestId ?? RequestNumber.New() },
            Body = JceSerializer.ToBytes(request),
        });
        _answers.Add(answer);
        return answer;
    }
}
