namespace Hongbao.Jce.Idl.Syntax;

/// <summary>Collects problems up to a limit.</summary>
internal sealed class ProblemList(IdlOptions options)
{
    private readonly List<IdlDiagnostic> _items = [];

    public IReadOnlyList<IdlDiagnostic> Items => _items;

    public void Add(IdlProblem problem, IdlSpan span, params object[] arguments)
    {
        if (_items.Count < options.ProblemsMax)
        {
            _items.Add(problem.At(span, options.Strict, arguments));
        }
        else if (_items.Count == options.ProblemsMax)
        {
            _items.Add(IdlProblems.TooManyProblems.At(span, options.Strict, options.ProblemsMax));
        }
    }
}
