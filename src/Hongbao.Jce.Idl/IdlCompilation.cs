using Hongbao.Jce.Idl.Binding;

namespace Hongbao.Jce.Idl;

/// <summary>Reads contracts.</summary>
public static class IdlCompilation
{
    /// <summary>Reads files and what they include into one contract. Never throws for what is in the texts: all faults are in its diagnostics.</summary>
    /// <param name="roots">
    /// The files. They may include each other; the later of two with the same path is ignored. A name must not be defined twice in all of them.
    /// </param>
    /// <param name="options">How to read.</param>
    /// <param name="load">
    /// Gives a file that is included and not among the roots, or null when there is none. Asked with the path of the including file's folder
    /// and the include's path joined by a slash, and then with each include folder, until one answers. Throws <see cref="IdlUnreadableException"/> for a file that
    /// is there but cannot be read.
    /// </param>
    public static IdlContract Compile(IReadOnlyList<IdlSource> roots, IdlOptions options, Func<string, IdlSource?> load) =>
        new Binder(options, new FileFinder(roots, options, load)).Bind();
}
