namespace Hongbao.Jce;

/// <summary>A struct of an IDL file. Implemented by generated code.</summary>
public interface IJceStruct
{
    /// <summary>Writes the fields in order of their tags, without a begin and an end.</summary>
    void WriteFields(ref JceWriter writer);

    /// <summary>
    /// Reads fields up to the end of the struct into this instance, which must be fresh: what is not there keeps its default. Unknown fields are skipped.
    /// A fault is kept by the reader, never thrown.
    /// </summary>
    void ReadFields(ref JceReader reader);
}

/// <summary>As <see cref="IJceStruct"/>, for code that makes instances.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface IJceStruct<TSelf> : IJceStruct
    where TSelf : class, IJceStruct<TSelf>
{
    /// <summary>An instance with every field at its default.</summary>
    static abstract TSelf Create();
}
