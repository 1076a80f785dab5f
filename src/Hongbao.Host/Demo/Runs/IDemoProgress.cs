using Spectre.Console;

namespace Hongbao.Host.Demo.Runs;

/// <summary>Shows how far the run is. Thread safe.</summary>
internal interface IDemoProgress
{
    /// <summary>A stage begins.</summary>
    /// <param name="name">What is done.</param>
    /// <param name="steps">How many steps it has.</param>
    void Begin(string name, int steps);

    /// <summary>A step of the stage is done.</summary>
    void Step();

    /// <summary>So many steps of the stage are done.</summary>
    void Reach(int steps);

    /// <summary>Something worth knowing.</summary>
    void Say(string text);
}

/// <summary>A plain line for each stage and sentence: output is redirected.</summary>
internal sealed class PlainProgress(IAnsiConsole console) : IDemoProgress
{
    private readonly Lock _gate = new();

    public void Begin(string name, int steps) => Say($"{name} ({steps})");

    public void Step()
    {
    }

    public void Reach(int steps)
    {
    }

    public void Say(string text)
    {
        lock (_gate)
        {
            console.WriteLine(text);
        }
    }
}

/// <summary>Bars that grow on a terminal.</summary>
internal sealed class LiveProgress(ProgressContext context, IAnsiConsole console) : IDemoProgress
{
    private readonly Lock _gate = new();
    private ProgressTask? _stage;

    public static Progress On(IAnsiConsole console) => console.Progress().AutoClear(false).HideCompleted(false)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn());

    public void Begin(string name, int steps)
    {
        lock (_gate)
        {
            _stage?.StopTask();
            _stage = context.AddTask(Markup.Escape(name), maxValue: Math.Max(1, steps));
        }
    }

    public void Step()
    {
        lock (_gate)
        {
            _stage?.Increment(1);
        }
    }

    public void Reach(int steps)
    {
        lock (_gate)
        {
            _stage?.Value(steps);
        }
    }

    public void Say(string text) => console.WriteLine(text);
}
