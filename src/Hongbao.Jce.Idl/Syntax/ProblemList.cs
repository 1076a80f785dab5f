namespace Hongbao.Jce.Idl.Syntax;

/// <summary>Collects problems up to a limit. Warnings have one of their own, so that many of them neither hide an error nor become one.</summary>
internal sealed class ProblemList(IdlOptions options)
{
    private readonly List<IdlDiagnostic> _items = [];
    private int _errors;
    private int _warnings;

    public IReadOnlyList<IdlDiagnostic> Items => _items;

    public void Add(IdlProblem problem, IdlSpan span, params object[] arguments)
    {
        var isError = problem.Severity == IdlSeverity.Error || (options.Strict && problem.IsErrorWhenStrict);
        if ((isError ? _errors++ : _warnings++) is var before && before < options.ProblemsMax)
        {
            _items.Add(problem.At(span, options.Strict, arguments));
        }
        else if (isError && before == options.ProblemsMax)
        {
            _items.Add(IdlProblems.TooManyProblems.At(span, options.Strict, options.ProblemsMax));
        }
    }
}
