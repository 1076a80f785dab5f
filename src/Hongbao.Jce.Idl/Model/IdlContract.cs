namespace Hongbao.Jce.Idl;

/// <summary>What was read: every file with its definitions, and what is wrong with them. Nothing of it changes any more.</summary>
public sealed class IdlContract
{
    internal IdlContract(IReadOnlyList<IdlFile> files, IReadOnlyList<IdlDiagnostic> diagnostics)
    {
        Files = files;
        Diagnostics = diagnostics;
    }

    /// <summary>Each file once; a file stands after those that it includes.</summary>
    public IReadOnlyList<IdlFile> Files { get; }

    /// <summary>All problems, by file and place.</summary>
    public IReadOnlyList<IdlDiagnostic> Diagnostics { get; }

    /// <summary>True when there is an error: the definitions may then be incomplete.</summary>
    public bool HasErrors => Diagnostics.Any(d => d.Severity == IdlSeverity.Error);
}

/// <summary>A file of a contract.</summary>
public sealed class IdlFile
{
    internal IdlFile(IdlSource source, bool isRoot)
    {
        Source = source;
        IsRoot = isRoot;
    }

    /// <summary>As it was given or loaded.</summary>
    public IdlSource Source { get; }

    /// <summary>The source's path.</summary>
    public string Path => Source.Path;

    /// <summary>True when it was given, false when it is only included.</summary>
    public bool IsRoot { get; }

    /// <summary>The comment at its start, when a blank line is between it and the first definition; else empty.</summary>
    public string Header { get; internal set; } = "";

    /// <summary>The files that it includes itself, as written, in order. A file that includes back the one that is being read is among them.</summary>
    public IReadOnlyList<IdlFile> Includes { get; internal set; } = [];

    /// <summary>Its modules in order of their first appearance in it; a module that is reopened in the file is here once.</summary>
    public IReadOnlyList<IdlModule> Modules { get; internal set; } = [];
}

/// <summary>What one file says in one module.</summary>
public sealed class IdlModule
{
    internal IdlModule(string name, IdlSpan span)
    {
        Name = name;
        Span = span;
    }

    /// <summary>As written; modules are not nested.</summary>
    public string Name { get; }

    /// <summary>Its documentation, without comment marks; empty when there is none. Lines end with <c>\n</c>.</summary>
    public string Doc { get; internal set; } = "";

    /// <summary>Where its name stands first in the file.</summary>
    public IdlSpan Span { get; }

    /// <summary>Constants, enums, structs and interfaces in order of declaration.</summary>
    public IReadOnlyList<IdlDefinition> Definitions { get; internal set; } = [];

    /// <summary>The constants among the definitions.</summary>
    public IEnumerable<IdlConst> Consts => Definitions.OfType<IdlConst>();

    /// <summary>The enums among the definitions.</summary>
    public IEnumerable<IdlEnum> Enums => Definitions.OfType<IdlEnum>();

    /// <summary>The structs among the definitions.</summary>
    public IEnumerable<IdlStruct> Structs => Definitions.OfType<IdlStruct>();

    /// <summary>The interfaces among the definitions.</summary>
    public IEnumerable<IdlInterface> Interfaces => Definitions.OfType<IdlInterface>();
}

/// <summary>Something with a name in a module.</summary>
public abstract class IdlDefinition
{
    private protected IdlDefinition(string module, string name, string doc, IdlSpan span)
    {
        Module = module;
        Name = name;
        Doc = doc;
        Span = span;
    }

    /// <summary>The module's name.</summary>
    public string Module { get; }

    /// <summary>As written.</summary>
    public string Name { get; }

    /// <summary><c>Module::Name</c>, unique in a contract.</summary>
    public string FullName => Module + "::" + Name;

    /// <summary>Its documentation, without comment marks; empty when there is none. Lines end with <c>\n</c>.</summary>
    public string Doc { get; }

    /// <summary>Where its name stands.</summary>
    public IdlSpan Span { get; }
}
