using Hongbao.Contracts;
using Hongbao.Gateway.Problems;

namespace Hongbao.Gateway.Json;

/// <summary>Reads numbers in paths and the parameters of lists; like <see cref="RequestBody"/> it notes faults and is asked once at the end.</summary>
internal sealed class Parameters(HttpContext http)
{
    // No field of a list can have it.
    private const long NoInteger = -1;
    private readonly Fields _fields = new();

    /// <summary>Why the request is not carried out, or null.</summary>
    public ProblemAnswer? Refusal => _fields.Refusal is { } refusal ? ProblemAnswer.From(refusal) : null;

    /// <summary>A number of a thing in the path.</summary>
    public long Number(string name)
    {
        if (http.Request.RouteValues[name] is string text && DecimalNumber.TryParse(text, out var number))
        {
            return number;
        }

        _fields.Fault(name, DecimalNumber.Accepted);
        return 0;
    }

    /// <summary>The parameters <c>limit</c> and <c>cursor</c> of every list.</summary>
    public PageRequest Page() => _fields.Page(Integer("limit", Fields.LimitDefault), Text("cursor"));

    /// <summary>A page of a year; 0 for the present one.</summary>
    public PageRequest PageOfYear() => _fields.PageOfYear(Integer("limit", Fields.LimitDefault), Text("cursor"), Integer("year", 0));

    /// <summary>The video of a list, empty for none.</summary>
    public string ContentId() => _fields.ContentId(Text("contentId"));

    private long Integer(string name, long absent)
    {
        var values = http.Request.Query[name];
        return values.Count == 0 ? absent : values.Count == 1 && DecimalNumber.TryParse(values[0] ?? "", out var number) ? number : NoInteger;
    }

    private string Text(string name)
    {
        var values = http.Request.Query[name];
        if (values.Count > 1)
        {
            _fields.Fault(name, "must be given once");
        }

        return values.Count == 1 ? values[0] ?? "" : "";
    }
}
