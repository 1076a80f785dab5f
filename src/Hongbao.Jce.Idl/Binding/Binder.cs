using Hongbao.Jce.Idl.Syntax;

namespace Hongbao.Jce.Idl.Binding;

/// <summary>Gives names their meaning: makes the contract of the nodes of all files.</summary>
internal sealed class Binder
{
    internal const int IncludeDepthMax = 64;
    internal const int FilesMax = 1000;

    private readonly IdlOptions _options;
    private readonly FileFinder _finder;
    private readonly ProblemList _problems;
    private readonly SymbolTable _symbols;
    private readonly DefinitionBinder _definitions;
    private readonly Dictionary<string, FileScope> _scopes = new(StringComparer.Ordinal);
    private readonly List<IdlFile> _files = [];

    public Binder(IdlOptions options, FileFinder finder)
    {
        _options = options;
        _finder = finder;
        _problems = new(options);
        _symbols = new(_problems);
        _definitions = new(_symbols, _problems);
    }

    public IdlContract Bind()
    {
        foreach (var root in _finder.Roots)
        {
            if (!_scopes.ContainsKey(FileFinder.Normalize(root.Path)))
            {
                BindFile(root, 0);
            }
        }

        _definitions.FindKeysWithoutOrder();
        new GeneratedNames(_problems).Check(_files);
        var order = _files.Select((file, i) => (file, i)).ToDictionary(p => p.file.Path, p => p.i, StringComparer.Ordinal);
        return new(_files, [.. _problems.Items.OrderBy(d => order[d.Span.Path]).ThenBy(d => d.Span.Start)]);
    }

    private FileScope BindFile(IdlSource source, int depth)
    {
        var node = Parser.Parse(Lexer.Read(source, _problems), _problems, _options);
        var file = new IdlFile(source, _finder.Roots.Contains(source)) { Header = node.Header };
        var scope = new FileScope(file, depth);
        _scopes.Add(FileFinder.Normalize(source.Path), scope);
        foreach (var item in node.Items)
        {
            switch (item)
            {
                case IncludeNode include:
                    Include(scope, include);
                    break;
                case ModuleNode module:
                    BindModule(scope, module);
                    break;
                case KeyNode key:
                    _definitions.BindKey(scope, null, key);
                    break;
            }
        }

        file.Includes = scope.Includes;
        file.Modules = scope.Modules;
        foreach (var (module, definitions) in scope.ByName.Values)
        {
            module.Definitions = definitions;
        }

        _files.Add(file);
        return scope;
    }

    private void Include(FileScope scope, IncludeNode include)
    {
        var (source, fault) = _finder.Find(scope.File.Path, include.Path);
        if (source is null)
        {
            _problems.Add(fault is null ? IdlProblems.IncludeNotFound : IdlProblems.IncludeUnreadable, include.Span, fault ?? include.Path);
            return;
        }

        var path = FileFinder.Normalize(source.Path);
        if (path == FileFinder.Normalize(scope.File.Path))
        {
            _problems.Add(IdlProblems.IncludeSelf, include.Span);
            return;
        }

        if (!_scopes.TryGetValue(path, out var included))
        {
            if (scope.Depth == IncludeDepthMax || _scopes.Count == FilesMax)
            {
                _problems.Add(IdlProblems.IncludesTooMany, include.Span, IncludeDepthMax, FilesMax);
                return;
            }

            included = BindFile(source, scope.Depth + 1);
        }

        if (!scope.Includes.Contains(included.File))
        {
            scope.Includes.Add(included.File);
        }

        scope.Visible.UnionWith(included.Visible);
    }

    private void BindModule(FileScope scope, ModuleNode node)
    {
        if (!scope.ByName.TryGetValue(node.Name.Text, out var known))
        {
            known = (new(node.Name.Text, node.Name.Span), []);
            scope.Modules.Add(known.Module);
            scope.ByName.Add(node.Name.Text, known);
        }

        var (module, definitions) = known;
        if (module.Doc.Length == 0)
        {
            module.Doc = node.Doc;
        }

        foreach (var item in node.Items)
        {
            IdlDefinition? definition = item switch
            {
                ConstNode constant => _definitions.BindConst(scope, module.Name, constant),
                EnumNode enumeration => _definitions.BindEnum(scope, module.Name, enumeration),
                StructNode structure => _definitions.BindStruct(scope, module.Name, structure),
                InterfaceNode @interface => _definitions.BindInterface(scope, module.Name, @interface),
                _ => null,
            };
            if (item is KeyNode key)
            {
                _definitions.BindKey(scope, module.Name, key);
            }
            else if (definition is not null)
            {
                definitions.Add(definition);
            }
        }
    }
}
