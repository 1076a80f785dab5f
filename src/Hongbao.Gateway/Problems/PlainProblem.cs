using System.Text;

namespace Hongbao.Gateway.Problems;

/// <summary>A problem document that is the same for everybody but for its trace id.</summary>
internal sealed class PlainProblem
{
    private readonly byte[] _document;
    private readonly int _traceIdAt;

    /// <param name="write">Writes the document with a trace id in it.</param>
    public PlainProblem(Func<string, byte[]> write)
    {
        var mark = new string('0', TraceIds.Length);
        _document = write(mark);
        _traceIdAt = _document.AsSpan().IndexOf(Encoding.ASCII.GetBytes(mark));
    }

    /// <summary>The document with a trace id, <see cref="TraceIds.Length"/> hexadecimal digits.</summary>
    public byte[] With(string traceId)
    {
        var body = _document.AsSpan().ToArray();
        Encoding.ASCII.GetBytes(traceId, body.AsSpan(_traceIdAt, TraceIds.Length));
        return body;
    }
}
