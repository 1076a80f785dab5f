using System.Collections.Frozen;

namespace Hongbao.Foundation.States;

/// <summary>A declared state graph: the only way that a state may change. A pair that is not declared is not a transition.</summary>
/// <typeparam name="TState">An enum.</typeparam>
/// <typeparam name="TEvent">An enum.</typeparam>
public sealed class StateGraph<TState, TEvent>
    where TState : struct, Enum
    where TEvent : struct, Enum
{
    private readonly FrozenDictionary<(TState, TEvent), TState> _edges;

    /// <summary>Declares the graph.</summary>
    public StateGraph(params (TState From, TEvent On, TState To)[] edges)
    {
        _edges = edges.ToFrozenDictionary(e => (e.From, e.On), e => e.To);
        Edges = edges;
    }

    /// <summary>All declared edges, in the order of declaration.</summary>
    public IReadOnlyList<(TState From, TEvent On, TState To)> Edges { get; }

    /// <summary>True when the event moves the state.</summary>
    public bool TryMove(TState from, TEvent on, out TState to) => _edges.TryGetValue((from, on), out to);

    /// <summary>True when no event leaves the state.</summary>
    public bool IsFinal(TState state) => Edges.All(e => !EqualityComparer<TState>.Default.Equals(e.From, state));
}
