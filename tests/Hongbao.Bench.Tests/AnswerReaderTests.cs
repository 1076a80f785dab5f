using System.Text;
using Hongbao.Bench.Http.Loading;

namespace Hongbao.Bench.Tests;

public sealed class AnswerReaderTests
{
    private const string Body = """{"claimNo":"77","amount":888,"status":"CLAIMED"}""";
    private static readonly byte[] Answer = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\nX-Frame-Options: DENY\r\n\r\n{Body}");

    [Fact]
    public void An_answer_is_read_only_when_all_of_it_has_arrived_however_it_was_split()
    {
        for (var arrived = 0; arrived < Answer.Length; arrived++)
        {
            Assert.False(AnswerReader.TryRead(Answer.AsSpan(0, arrived), out _, out _), $"{arrived} bytes");
        }

        Assert.True(AnswerReader.TryRead(Answer, out var status, out var body));
        Assert.Equal((200, Body), (status, Encoding.ASCII.GetString(body)));
        Assert.Equal(888, AnswerReader.AmountOf(body));
    }

    [Fact]
    public void The_length_is_found_as_first_and_as_last_header()
    {
        foreach (var head in new[] { "Content-Length: 2\r\nDate: now", "Date: now\r\nContent-Length: 2" })
        {
            Assert.True(AnswerReader.TryRead(Encoding.ASCII.GetBytes($"HTTP/1.1 409 Conflict\r\n{head}\r\n\r\n{{}}"), out var status, out var body));
            Assert.Equal((409, 2), (status, body.Length));
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n")]
    [InlineData("220 mail.example.org\r\n\r\n")]
    public void What_is_not_one_answer_of_known_length_is_refused(string text)
    {
        Assert.Throws<InvalidDataException>(() => AnswerReader.TryRead(Encoding.ASCII.GetBytes(text), out _, out _));
    }

    [Fact]
    public void Only_a_problem_that_says_so_is_a_packet_without_shares()
    {
        Assert.True(AnswerReader.IsExhausted("""{"code":"PACKET_EXHAUSTED"}"""u8));
        Assert.False(AnswerReader.IsExhausted("""{"code":"PACKET_EXPIRED"}"""u8));
    }
}
