using System.Net;
using Hongbao.Testing;

namespace Hongbao.Contract.Tests;

/// <summary>Many users at one packet, over real HTTP.</summary>
public abstract class CrowdTests(RunningServer server)
{
    private const int Users = 500;
    private const int Shares = 100;
    private const int Amount = 123_457;
    private const int PollsMax = 10;

    [Fact]
    public async Task Of_500_users_exactly_100_are_paid_and_everyone_else_is_told_so()
    {
        var sender = RunningServer.NewUser();
        var users = Enumerable.Range(0, Users).Select(_ => RunningServer.NewUser()).ToArray();
        await Task.WhenAll(users.Select(u => server.Api.TokenAsync(u)));
        var packetNo = await server.CreatePaidAsync(sender, ("amount", Amount), ("count", Shares));

        var answers = await Task.WhenAll(users.Select(u => GrabAsync(packetNo, u)));

        var winners = answers.Where(a => a.IsOk).ToArray();
        Assert.Equal(Shares, winners.Length);
        Assert.Equal(Amount, winners.Sum(a => a["amount"].GetInt64()));
        Assert.Equal(Enumerable.Range(1, Shares), winners.Select(a => a["seq"].GetInt32()).Order());
        Assert.All(answers.Where(a => !a.IsOk), a => Assert.Equal("PACKET_EXHAUSTED", a.Code));
        Assert.Equal("EXHAUSTED", await server.StatusAsync(packetNo, sender));

        // A winner whose answer was lost asks again, when the packet is long out of memory.
        await server.RestartAsync();
        foreach (var (user, answer) in users.Zip(answers).Where(p => p.Second.IsOk).Take(5))
        {
            var again = await server.Api.PostAsync($"/api/v1/packets/{packetNo}/claims", user);
            Assert.Equal((answer.Text("claimNo"), answer["amount"].GetInt64()), (again.Text("claimNo"), again["amount"].GetInt64()));
        }

        await RunningServer.UntilAsync(async () => await TransferredAsync(packetNo, sender) == Shares, "transferred");
    }

    private async Task<int> TransferredAsync(string packetNo, long sender)
    {
        var claims = await server.Api.GetAsync($"/api/v1/packets/{packetNo}/claims?limit=100", sender);
        Assert.Equal(1, claims["items"].EnumerateArray().Count(c => c.GetProperty("luckiest").GetBoolean()));
        var count = 0;
        foreach (var claim in claims["items"].EnumerateArray())
        {
            count += (await server.Api.GetAsync($"/api/v1/claims/{claim.GetProperty("claimNo").GetString()}", sender)).Text("status") == "TRANSFERRED" ? 1 : 0;
        }

        return count;
    }

    // As the contract says: busy is asked again after the time given, at most ten times; a poll is the same request.
    private async Task<Answer> GrabAsync(string packetNo, long user)
    {
        for (var polls = 0; ; polls++)
        {
            var answer = await server.Api.PostAsync($"/api/v1/packets/{packetNo}/claims", user);
            if (answer.Status != HttpStatusCode.TooManyRequests || polls == PollsMax)
            {
                return answer;
            }

            Assert.Equal(("CLAIM_BUSY", PollsMax), (answer.Code, answer["maxPolls"].GetInt32()));
            await Task.Delay(TimeSpan.FromMilliseconds(answer["retryAfterMs"].GetInt32()));
        }
    }
}

public sealed class CrowdTestsInOneProcess(OneProcess server) : CrowdTests(server), IClassFixture<OneProcess>;

public sealed class CrowdTestsInSixProcesses(SixProcesses server) : CrowdTests(server), IClassFixture<SixProcesses>;
