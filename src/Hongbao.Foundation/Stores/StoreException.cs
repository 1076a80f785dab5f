namespace Hongbao.Foundation.Stores;

/// <summary>What a failed statement or commit means for the caller.</summary>
public enum StoreFault
{
    /// <summary>A unique index refused a row; the transaction changed nothing.</summary>
    UniqueViolation,
    /// <summary>A check refused a row; the transaction changed nothing. A fault of our own.</summary>
    CheckViolation,
    /// <summary>The transaction's own guard raised: a version, a state or a time was not as expected. Nothing changed.</summary>
    Fenced,
    /// <summary>Deadlock, serialization failure or busy: nothing changed, the same work may be tried again.</summary>
    Transient,
    /// <summary>The database cannot be reached, is read-only or full: nothing changed.</summary>
    Unavailable,
    /// <summary>The commit's answer was lost: it may have happened. Ask before doing it again.</summary>
    UnknownOutcome,
    /// <summary>The database was written by a newer release.</summary>
    SchemaTooNew,
    /// <summary>Anything else; nothing changed.</summary>
    Other,
}

/// <summary>The only exception that a store throws for trouble of the database.</summary>
public sealed class StoreException : Exception
{
    /// <summary>Creates one.</summary>
    public StoreException(StoreFault fault, string message, Exception? inner = null) : base(message, inner) => Fault = fault;

    /// <summary>What it means for the caller.</summary>
    public StoreFault Fault { get; }

    /// <summary>True when the same idempotent work may be asked for again; false for faults of our own, which only come again.</summary>
    public bool MayAskAgain => Fault is StoreFault.Transient or StoreFault.Unavailable or StoreFault.Fenced or StoreFault.UnknownOutcome;
}
