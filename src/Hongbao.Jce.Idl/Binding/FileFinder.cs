namespace Hongbao.Jce.Idl.Binding;

/// <summary>Finds the files that are included, each once.</summary>
internal sealed class FileFinder
{
    private readonly Dictionary<string, (IdlSource? Source, string? Fault)> _known = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<string> _folders;
    private readonly Func<string, IdlSource?> _load;

    public FileFinder(IReadOnlyList<IdlSource> roots, IdlOptions options, Func<string, IdlSource?> load)
    {
        var distinct = new List<IdlSource>();
        foreach (var root in roots)
        {
            if (!_known.ContainsKey(Normalize(root.Path)))
            {
                _known.Add(Normalize(root.Path), (root, null));
                distinct.Add(root);
            }
        }

        Roots = distinct;
        _folders = options.IncludeFolders;
        _load = load;
    }

    /// <summary>The given files, each once.</summary>
    public IReadOnlyList<IdlSource> Roots { get; }

    /// <summary>An included file; or, when it is there but cannot be read, why; or neither.</summary>
    public (IdlSource? Source, string? Fault) Find(string including, string path)
    {
        // A NUL is in no path, and file systems do not like to be asked for one.
        if (path.Length == 0 || path.IndexOf('\0') >= 0)
        {
            return default;
        }

        if (path[0] is '/' or '\\' || (path.Length > 1 && path[1] == ':'))
        {
            return Get(path);
        }

        var slash = including.LastIndexOfAny(['/', '\\']);
        var found = Get(including.Substring(0, slash + 1) + path);
        foreach (var folder in _folders)
        {
            if (found.Source is not null || found.Fault is not null)
            {
                break;
            }

            found = Get(folder.Length == 0 || folder[folder.Length - 1] is '/' or '\\' ? folder + path : folder + "/" + path);
        }

        return found;
    }

    /// <summary>The same for all ways to write a path: <c>a/../b</c>, <c>.\b</c> and <c>b</c>.</summary>
    public static string Normalize(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Replace('\\', '/').Split('/'))
        {
            if (part == ".." && parts.Count > 0 && parts[parts.Count - 1] is not ("" or ".."))
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not "." && (part.Length > 0 || parts.Count == 0))
            {
                parts.Add(part);
            }
        }

        return string.Join("/", parts);
    }

    private (IdlSource? Source, string? Fault) Get(string path)
    {
        var normal = Normalize(path);
        if (!_known.TryGetValue(normal, out var found))
        {
            try
            {
                found = (_load(path.Replace('\\', '/')), null);
            }
            catch (IdlUnreadableException e)
            {
                found = (null, e.Message);
            }

            _known.Add(normal, found);
        }

        return found;
    }
}
