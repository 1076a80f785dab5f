namespace Hongbao.Jce.Idl.Binding;

/// <summary>A file while it is read.</summary>
internal sealed class FileScope(IdlFile file, int depth)
{
    public IdlFile File { get; } = file;

    /// <summary>How many files include it, one the other.</summary>
    public int Depth { get; } = depth;

    public List<IdlFile> Includes { get; } = [];

    /// <summary>The file itself and all that it includes so far, also through others: whose names it may use.</summary>
    public HashSet<string> Visible { get; } = new(StringComparer.Ordinal) { file.Path };

    public List<IdlModule> Modules { get; } = [];

    /// <summary>Each module by its name, with its definitions so far.</summary>
    public Dictionary<string, (IdlModule Module, List<IdlDefinition> Definitions)> ByName { get; } = new(StringComparer.Ordinal);
}
