using Hongbao.Contracts;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Foundation.Tests.Messaging;

public sealed class RemoteHandlersTests
{
    private readonly ManualClock _clock = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));

    [Fact]
    public async Task A_handler_elsewhere_gets_what_was_sent()
    {
        var there = new MessageBus();
        IReadOnlyList<Delivery>? got = null;
        there.Subscribe(Topics.RefundsAdvanced, "core.refunds.track", (deliveries, _) =>
        {
            got = deliveries;
            return Task.CompletedTask;
        });
        var sent = new Delivery("async:7", Topics.RefundsAdvanced, new CallContext { App = "shop", Uid = 5 }, [1, 2, 3], 2);
        await Handler(new MessagePost(there, NullLogger<MessagePost>.Instance))([sent], default);
        var item = Assert.Single(got!);
        Assert.Equal((sent.MessageId, sent.Topic, sent.Context, sent.Attempt), (item.MessageId, item.Topic, item.Context, item.Attempt));
        Assert.Equal(sent.Payload, item.Payload);
    }

    [Theory]
    // Trouble of a store is nobody's fault; what the message does wrong is its own.
    [InlineData(StoreFault.Transient, false)]
    [InlineData(StoreFault.Unavailable, false)]
    [InlineData(StoreFault.UnknownOutcome, false)]
    [InlineData(StoreFault.CheckViolation, true)]
    [InlineData(StoreFault.UniqueViolation, true)]
    [InlineData(StoreFault.Other, true)]
    [InlineData(null, true)]
    public async Task What_fails_elsewhere_counts_as_it_would_here(StoreFault? fault, bool isRefused)
    {
        var there = new MessageBus();
        there.Subscribe(Topics.RefundsAdvanced, "core.refunds.track", (_, _) => throw (fault is { } f ? new StoreException(f, "broken") : new InvalidDataException("bad")));
        var handle = Handler(new MessagePost(there, NullLogger<MessagePost>.Instance));
        var thrown = await Record.ExceptionAsync(() => handle([new Delivery("async:7", Topics.RefundsAdvanced, new(), [], 1)], default));
        Assert.Equal(isRefused ? typeof(InvalidOperationException) : typeof(HandlerUnreachableException), thrown?.GetType());
    }

    [Theory]
    [InlineData(ResultCode.Overloaded)]
    [InlineData(ResultCode.Internal)]
    public async Task A_call_that_failed_on_its_way_is_no_message_s_fault_and_the_next_ones_do_not_wait_for_it(ResultCode code)
    {
        var post = new Post { Answer = new DeliverResponse { Result = Result.Of(code) } };
        var handle = Handler(post);
        Delivery[] one = [new("async:7", Topics.RefundsAdvanced, new(), [], 1)];
        await Assert.ThrowsAsync<HandlerUnreachableException>(() => handle(one, default));
        await Assert.ThrowsAsync<HandlerUnreachableException>(() => handle(one, default));
        Assert.Equal(1, post.Calls);

        _clock.Advance(TimeSpan.FromSeconds(2));
        post.Answer = new DeliverResponse();
        await handle(one, default);
        Assert.Equal(2, post.Calls);
    }

    [Fact]
    public async Task A_process_without_the_handler_leaves_the_message_waiting()
    {
        var handle = Handler(new MessagePost(new MessageBus(), NullLogger<MessagePost>.Instance));
        await Assert.ThrowsAsync<HandlerUnreachableException>(() => handle([new Delivery("async:7", Topics.RefundsAdvanced, new(), [], 1)], default));
    }

    private MessageHandler Handler(IMessagePost post)
    {
        var bus = new MessageBus();
        RemoteHandlers.Subscribe(bus, "core", post, _clock);
        return bus.Find(Topics.RefundsAdvanced, "core.refunds.track")!;
    }

    private sealed class Post : IMessagePost
    {
        public int Calls { get; private set; }

        public DeliverResponse Answer { get; set; } = new();

        public Task<DeliverResponse> DeliverAsync(CallContext context, DeliverRequest request, CancellationToken cancellationToken = default)
        {
            Calls++;
            return Task.FromResult(Answer);
        }
    }
}
