using Hongbao.Foundation.Scheduling;

namespace Hongbao.Bench.Contenders;

/// <summary>Lets only some of a module's workers run.</summary>
/// <param name="all">Runs them.</param>
/// <param name="works">Says of a worker's name whether it does.</param>
internal sealed class SomeWorkers(IScheduler all, Func<string, bool> works) : IScheduler
{
    public IWorker Add(string name, Func<CancellationToken, Task<NextRun>> step) => works(name) ? all.Add(name, step) : new NeverRun();

    private sealed class NeverRun : IWorker
    {
        public void Wake()
        {
        }
    }
}
