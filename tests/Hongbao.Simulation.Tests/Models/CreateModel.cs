using Hongbao.Contracts;
using Hongbao.Simulation.Tests.Worlds;

namespace Hongbao.Simulation.Tests.Models;

/// <summary>One request id of a sender: all its answers name the same packet, and only one of them made it.</summary>
internal sealed class CreateModel(string requestId, CreatePacketRequest wish)
{
    private bool _wasMade;

    public string RequestId { get; } = requestId;

    public CreatePacketRequest Wish { get; } = wish;

    /// <summary>How often it was sent.</summary>
    public int Sent { get; set; }

    /// <summary>The packet's number; 0 while no answer named it.</summary>
    public long PacketNo { get; private set; }

    /// <summary>Judges an answer; the packet when this is the first answer that names it.</summary>
    public PacketModel? Judge(Sequence sequence, Request request, CreatePacketResponse answer, long sentAtMs, long nowMs)
    {
        void Require(bool holds, string otherwise)
        {
            if (!holds)
            {
                throw new ModelViolation(sequence.Index, $"create {RequestId}: {otherwise}");
            }
        }

        if (!answer.Result.IsOk())
        {
            Require(answer.Result.Code == ResultCode.Overloaded && request.MayBeShed, $"was answered {answer.Result.Code}");
            return null;
        }

        Require(answer.PacketNo > 0 && answer.PayOrderNo > 0 && answer.SeedHash.Length == 64 && answer.Kind == PacketKind.C2C, "the answer is incomplete");
        Require(answer.Repeated ? Sent > 1 : !_wasMade, answer.Repeated ? "the first of its kind was called a repetition" : "made a second packet");
        Require(answer.Status == PacketStatus.PendingPayment && answer.PaymentStatus == PaymentStatus.Pending
            && (answer.Repeated || answer.ExpiresAtMs >= sentAtMs + (World.PaySeconds * 1000)) && answer.ExpiresAtMs <= nowMs + (World.PaySeconds * 1000), $"is {answer.Status}, to be paid until {answer.ExpiresAtMs}");
        _wasMade |= !answer.Repeated;
        if (PacketNo != 0)
        {
            Require(answer.PacketNo == PacketNo, $"was packet {PacketNo} and is {answer.PacketNo} now");
            return null;
        }

        PacketNo = answer.PacketNo;
        return new PacketModel(sequence.Index, sequence.App, sequence.Sender, Wish, answer);
    }
}
