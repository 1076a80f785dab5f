using Hongbao.Contracts;
using Hongbao.Gateway.Problems;

namespace Hongbao.Gateway.Json;

/// <summary>Reads numbers in paths and the parameters of lists; like <see cref="RequestBody"/> it notes faults and is asked once at the end.</summary>
internal sealed class Parameters(HttpContext http)
{
    private const int DefaultLimit = 20;
    private const int CursorMax = 512;
    private const int ContentIdMax = 64;
    private List<FieldFault>? _faults;

    /// <summary>Why the request is not carried out, or null.</summary>
    public ProblemAnswer? Refusal => _faults is null ? null : ProblemAnswer.Invalid(_faults);

    /// <summary>A number of a thing in the path.</summary>
    public long Number(string name)
    {
        if (http.Request.RouteValues[name] is string text && DecimalNumber.TryParse(text, out var number))
        {
            return number;
        }

        Fault(name, DecimalNumber.Accepted);
        return 0;
    }

    /// <summary>The parameters <c>limit</c> and <c>cursor</c> of every list.</summary>
    public PageRequest Page() => new() { Limit = Integer("limit", 1, 100, DefaultLimit), Cursor = Text("cursor", CursorMax) };

    /// <summary>A page of a year; 0 for the present one.</summary>
    public PageRequest PageOfYear()
    {
        var page = Page();
        page.Year = Integer("year", 2000, 2999, 0);
        return page;
    }

    /// <summary>The video of a list, empty for none.</summary>
    public string ContentId() => Text("contentId", ContentIdMax);

    private int Integer(string name, int least, int most, int absent)
    {
        var values = http.Request.Query[name];
        if (values.Count == 0)
        {
            return absent;
        }

        if (values.Count == 1 && DecimalNumber.TryParse(values[0] ?? "", out var number) && number >= least && number <= most)
        {
            return (int)number;
        }

        Fault(name, $"must be an integer from {least} to {most}");
        return absent;
    }

    private string Text(string name, int most)
    {
        var values = http.Request.Query[name];
        if (values.Count == 0)
        {
            return "";
        }

        if (values.Count == 1 && values[0] is { } text && text.EnumerateRunes().Count() <= most && !text.Any(char.IsControl))
        {
            return text;
        }

        Fault(name, $"must be given once, with at most {most} characters and no control characters");
        return "";
    }

    private void Fault(string field, string accepted) => (_faults ??= []).Add(new FieldFault { Field = field, Message = accepted });
}
