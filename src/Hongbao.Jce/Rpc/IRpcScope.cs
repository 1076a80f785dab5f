namespace Hongbao.Jce.Rpc;

/// <summary>What every call of a process carries along, and the next process takes up. Implemented by the contracts' context.</summary>
public interface IRpcScope
{
    /// <summary>When the whole work has to be done, Unix milliseconds; 0 for never.</summary>
    long DeadlineMs { get; set; }

    /// <summary>Name of the whole work in logs; empty for none.</summary>
    string TraceId { get; set; }

    /// <summary>True for work of a rehearsal, which must not touch what is real.</summary>
    bool Shadow { get; set; }
}
