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
    [InlineData(StoreFault.Transient, typeof(StoreException))]
    [InlineData(StoreFault.Unavailable, typeof(HandlerUnreachableException))]
    [InlineData(StoreFault.UnknownOutcome, typeof(HandlerUnreachableException))]
    [InlineData(StoreFault.CheckViolation, typeof(InvalidOperationException))]
    [InlineData(StoreFault.UniqueViolation, typeof(InvalidOperationException))]
    [InlineData(StoreFault.Other, typeof(InvalidOperationException))]
    [InlineData(null, typeof(InvalidOperationException))]
    public async Task What_fails_elsewhere_counts_as_it_would_here(StoreFault? fault, Type expected)
    {
        var there = new MessageBus();
        there.Subscribe(Topics.RefundsAdvanced, "core.refunds.track", (_, _) => throw (fault is { } f ? new StoreException(f, "broken") : new InvalidDataException("bad")));
        var handle = Handler(new MessagePost(there, NullLogger<MessagePost>.Instance));
        var thrown = await Record.ExceptionAsync(() => handle([new Delivery("async:7", Topics.RefundsAdvanced, new(), [], 1)], default));
        Assert.Equal(expected, thrown?.GetType());
        // Statements that took too long, and those that were in each other's way: halving helps, as it does here.
        Assert.Equal(fault == StoreFault.Transient ? StoreFault.Transient : null, (thrown as StoreException)?.Fault);
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
    public async Task A_portion_that_ran_into_the_deadline_over_there_is_told_to_be_late()
    {
        var there = new MessageBus();
        there.Subscribe(Topics.RefundsAdvanced, "core.refunds.track", (_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken));
        var answer = await new MessagePost(there, NullLogger<MessagePost>.Instance).DeliverAsync(
            new(), new DeliverRequest { Topic = Topics.RefundsAdvanced, Handler = "core.refunds.track" }, new CancellationToken(canceled: true));
        Assert.Equal((ResultCode.Overloaded, true, false), (answer.Result.Code, answer.Late, answer.Refused));
    }

    [Fact]
    public async Task No_answer_within_the_deadline_asks_for_fewer_and_rests_as_long_as_it_took()
    {
        var post = new Post { Answer = new DeliverResponse { Result = Result.Of(ResultCode.Overloaded) } };
        var handle = Handler(post);
        Delivery[] one = [new("async:7", Topics.RefundsAdvanced, new(), [], 1)];
        Assert.False((await Assert.ThrowsAsync<HandlerUnreachableException>(() => handle(one, default))).FewerMayPass);
        _clock.Advance(TimeSpan.FromSeconds(2));
        post.Before = () => _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.True((await Assert.ThrowsAsync<HandlerUnreachableException>(() => handle(one, default))).FewerMayPass);

        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False((await Assert.ThrowsAsync<HandlerUnreachableException>(() => handle(one, default))).FewerMayPass);
        Assert.Equal(2, post.Calls);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<HandlerUnreachableException>(() => handle(one, default));
        Assert.Equal(3, post.Calls);
    }

    [Fact]
    public async Task It_is_told_once_that_messages_wait_and_once_that_they_go_again()
    {
        var post = new Post { Answer = new DeliverResponse { Result = Result.Of(ResultCode.Overloaded) } };
        var log = new Warnings();
        var handle = Handler(post, log: log);
        Delivery[] one = [new("async:7", Topics.RefundsAdvanced, new(), [], 1)];
        for (var i = 0; i < 20; i++)
        {
            await Assert.ThrowsAsync<HandlerUnreachableException>(() => handle(one, default));
            _clock.Advance(TimeSpan.FromMilliseconds(700));
        }

        Assert.Equal("Messages for core wait: core.refunds.track could not be reached: Overloaded", Assert.Single(log.Texts));
        post.Answer = new DeliverResponse();
        _clock.Advance(TimeSpan.FromSeconds(6));
        await handle(one, default);
        await handle(one, default);
        Assert.Equal(["Messages for core go again, after 00:00:20"], log.Texts.Skip(1));
    }

    [Fact]
    public async Task A_process_that_does_not_know_a_handler_keeps_only_its_topic_waiting()
    {
        var there = new MessageBus();
        var settled = 0;
        there.Subscribe(Topics.TransfersSettled, "core.claims.settle", (deliveries, _) =>
        {
            settled += deliveries.Count;
            return Task.CompletedTask;
        });
        var log = new Warnings();
        var bus = new MessageBus();
        RemoteHandlers.Subscribe(bus, "core", new MessagePost(there, NullLogger<MessagePost>.Instance), _clock, log);
        var (track, settle) = (bus.Find(Topics.RefundsAdvanced, "core.refunds.track")!, bus.Find(Topics.TransfersSettled, "core.claims.settle")!);
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<HandlerUnreachableException>(() => track([new Delivery("async:7", Topics.RefundsAdvanced, new(), [], 1)], default));
            await settle([new Delivery("async:8", Topics.TransfersSettled, new(), [], 1)], default);
            _clock.Advance(TimeSpan.FromMilliseconds(i == 1 ? 2000 : 10));
        }

        Assert.Equal(3, settled);
        Assert.Equal("Messages of refunds.advanced wait: the process with core does not know core.refunds.track", Assert.Single(log.Texts));

        // The process of the next release.
        there.Subscribe(Topics.RefundsAdvanced, "core.refunds.track", (_, _) => Task.CompletedTask);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await track([new Delivery("async:7", Topics.RefundsAdvanced, new(), [], 1)], default);
        Assert.StartsWith("Messages of refunds.advanced go again", log.Texts.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_keeps_nothing_waiting()
    {
        var post = new Post { Answer = new DeliverResponse { Result = Result.Of(ResultCode.Overloaded) } };
        var clock = new ClockSetBack(_clock);
        var handle = Handler(post, clock);
        Delivery[] one = [new("async:7", Topics.RefundsAdvanced, new(), [], 1)];
        await Assert.ThrowsAsync<HandlerUnreachableException>(() => handle(one, default));
        clock.By = TimeSpan.FromHours(1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        post.Answer = new DeliverResponse();

        await handle(one, default);

        Assert.Equal(2, post.Calls);
    }

    private MessageHandler Handler(IMessagePost post, TimeProvider? clock = null, Warnings? log = null)
    {
        var bus = new MessageBus();
        RemoteHandlers.Subscribe(bus, "core", post, clock ?? _clock, log ?? new Warnings());
        return bus.Find(Topics.RefundsAdvanced, "core.refunds.track")!;
    }

    private sealed class ClockSetBack(TimeProvider real) : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override long TimestampFrequency => real.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => real.GetUtcNow() - By;

        public override long GetTimestamp() => real.GetTimestamp();
    }

    private sealed class Post : IMessagePost
    {
        public int Calls { get; private set; }

        public Action Before { get; set; } = static () => { };

        public DeliverResponse Answer { get; set; } = new();

        public Task<DeliverResponse> DeliverAsync(CallContext context, DeliverRequest request, CancellationToken cancellationToken = default)
        {
            Calls++;
            Before();
            return Task.FromResult(Answer);
        }
    }
}
