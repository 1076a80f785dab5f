namespace Hongbao.Jce.Idl.Binding;

/// <summary>Finds the files that are included, each once.</summary>
internal sealed class FileFinder
{
    private readonly Dictionary<string, IdlSource?> _known = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<string> _folders;
    private readonly Func<string, IdlSource?> _load;

    public FileFinder(IReadOnlyList<IdlSource> roots, IdlOptions options, Func<string, IdlSource?> load)
    {
        var distinct = new List<IdlSource>();
        foreach (var root in roots)
        {
            if (!_known.ContainsKey(Normalize(root.Path)))
            {
                _known.Add(Normalize(root.Path), root);
                distinct.Add(root);
            }
        }

        Roots = distinct;
        _folders = options.IncludeFolders;
        _load = load;
    }

    /// <summary>The given files, each once.</summary>
    public IReadOnlyList<IdlSource> Roots { get; }

    public IdlSource? Find(string including, string path)
    {
        if (path.Length == 0)
        {
            return null;
        }

        if (path[0] is '/' or '\\' || (path.Length > 1 && path[1] == ':'))
        {
            return Get(path);
        }

        var slash = including.LastIndexOfAny(['/', '\\']);
        return Get(including.Substring(0, slash + 1) + path)
            ?? _folders.Select(f => Get(f.Length == 0 || f[f.Length - 1] is '/' or '\\' ? f + path : f + "/" + path)).FirstOrDefault(s => s is not null);
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

    private IdlSource? Get(string path)
    {
        var normal = Normalize(path);
        if (!_known.TryGetValue(normal, out var source))
        {
            source = _load(path.Replace('\\', '/'));
            _known.Add(normal, source);
        }

        return source;
    }
}
