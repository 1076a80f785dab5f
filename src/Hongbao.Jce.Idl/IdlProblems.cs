namespace Hongbao.Jce.Idl;

/// <summary>Every problem that this library reports. Codes are never given a second meaning; docs/jce-errors.md explains each.</summary>
public static class IdlProblems
{
    private static readonly List<IdlProblem> Table = [];

    internal static readonly IdlProblem IllegalCharacter = Error("JCE001", "Illegal character", "the character {0} is allowed only in comments and strings");
    internal static readonly IdlProblem UnendedComment = Error("JCE002", "Comment without an end", "this comment has no '*/'");
    internal static readonly IdlProblem UnendedString = Error("JCE003", "String without an end", "this string has no closing quote on its line");
    internal static readonly IdlProblem UnknownEscape = Error("JCE004", "Unknown escape in a string", "{0} is not an escape that a string can have");
    internal static readonly IdlProblem BadNumber = Error("JCE005", "Number that cannot be read", "{0} is no number or does not fit its type");
    internal static readonly IdlProblem BadDirective = Error("JCE006", "Unknown directive", "only '#include \"file\"' may begin with '#'");

    internal static readonly IdlProblem Unexpected = Error("JCE010", "Something else is expected", "expected {0}, found {1}");
    internal static readonly IdlProblem SemicolonMissing = Error("JCE011", "Semicolon missing", "';' is missing after {0}");
    internal static readonly IdlProblem KeywordAsName = Error("JCE012", "Keyword used as a name", "the keyword '{0}' cannot be the name of {1}");
    internal static readonly IdlProblem ReservedPrefix = Error("JCE013", "Name with a reserved prefix", "'{0}' begins with '{1}', which belongs to the protocol");
    internal static readonly IdlProblem NeitherRequireNorOptional = Error("JCE014", "Member without require or optional", "a member needs 'require' or 'optional' after its tag");
    internal static readonly IdlProblem BadUnsigned = Error("JCE015", "Unsigned of an unknown type", "only byte, short and int can be unsigned");
    internal static readonly IdlProblem VoidType = Error("JCE016", "Void where a type is needed", "'void' is only the return type of an operation");
    internal static readonly IdlProblem TypeTooDeep = Error("JCE017", "Types nested too deeply", "types may be nested {0} deep");
    internal static readonly IdlProblem ParameterDefault = Error("JCE018", "Parameter with a default", "a parameter cannot have a default");
    internal static readonly IdlProblem OutsideModule = Error("JCE019", "Definition outside of a module", "{0} must be inside a module");
    internal static readonly IdlProblem NestedModule = Error("JCE020", "Module inside a module", "modules cannot be nested");
    internal static readonly IdlProblem EmptyStruct = Error("JCE021", "Struct without members", "struct '{0}' needs at least one member");
    internal static readonly IdlProblem OutAndRouteKey = Error("JCE022", "Parameter both out and routekey", "a parameter cannot be both 'out' and 'routekey'");
    internal static readonly IdlProblem TooManyParameters = Error("JCE023", "Too many parameters", "operation '{0}' has more than 255 parameters");
    internal static readonly IdlProblem TooManyProblems = Error("JCE024", "Too many problems", "more than {0} errors; the rest is left out");
    internal static readonly IdlProblem BadStorageHint = Error("JCE025", "Storage hint that does not fit", "{0}");

    internal static readonly IdlProblem Undefined = Error("JCE030", "Name that is not defined", "'{0}' is not defined (before this place)");
    internal static readonly IdlProblem NotIncluded = Error("JCE031", "Name from a file that is not included", "'{0}' is defined in {1}, which this file does not include");
    internal static readonly IdlProblem NotAType = Error("JCE032", "Name that is not a type", "'{0}' is {1}, not a type");
    internal static readonly IdlProblem NameTaken = Error("JCE033", "Name defined twice", "'{0}' is already {1} at {2}");
    internal static readonly IdlProblem MemberTwice = Error("JCE034", "Member name used twice", "struct '{0}' already has a member '{1}'");
    internal static readonly IdlProblem TagTwice = Error("JCE035", "Tag used twice", "member '{0}' has the tag {1} of member '{2}'");
    internal static readonly IdlProblem TagOutOfRange = Error("JCE036", "Tag out of range", "the tag {0} is not in 0..255");
    internal static readonly IdlProblem EnumeratorTwice = Error("JCE037", "Enumerator twice in an enum", "enum '{0}' already has '{1}'");
    internal static readonly IdlProblem BadEnumeratorValue = Error("JCE038", "Enumerator value that is no integer", "an enumerator's value must be an integer or an earlier enumerator");
    internal static readonly IdlProblem NoDefaultPossible = Error("JCE039", "Default on a type that has none", "{0} cannot have a default");
    internal static readonly IdlProblem BadValue = Error("JCE040", "Value of another kind", "the value of {0} must be {1}");
    internal static readonly IdlProblem NoSuchEnumerator = Error("JCE041", "Enumerator that is not defined", "'{0}' is not an enumerator{1}");
    internal static readonly IdlProblem OperationTwice = Error("JCE042", "Operation name used twice", "interface '{0}' already has an operation '{1}'");
    internal static readonly IdlProblem ParameterNamedAsOperation = Error("JCE043", "Parameter named as its operation", "a parameter cannot have the name of its operation '{0}'");
    internal static readonly IdlProblem InterfaceNamedAsModule = Error("JCE044", "Interface named as its module", "an interface cannot have the name of its module '{0}'");
    internal static readonly IdlProblem StructInItself = Error("JCE045", "Struct that contains itself", "struct '{0}' contains itself without an end; put it into a vector or map");
    internal static readonly IdlProblem KeyOfUnknownStruct = Error("JCE046", "Key of an unknown struct", "struct '{0}' is not defined (before this place)");
    internal static readonly IdlProblem KeyMemberUnknown = Error("JCE047", "Key of an unknown member", "struct '{0}' has no member '{1}'");
    internal static readonly IdlProblem IncludeNotFound = Error("JCE048", "Included file not found", "cannot find '{0}'");
    internal static readonly IdlProblem IncludeSelf = Error("JCE049", "File that includes itself", "a file cannot include itself");
    internal static readonly IdlProblem IncludesTooMany = Error("JCE050", "Includes without an end", "includes may be {0} deep and bring in {1} files");
    internal static readonly IdlProblem ReservedNumber = Error("JCE051", "Reserved number used", "{0} has the {1} {2}, which is reserved");
    internal static readonly IdlProblem BadReservedLine = Error("JCE052", "Reserved line that cannot be read", "write '// reserved 4, 7' with {0}");
    internal static readonly IdlProblem IncludeUnreadable = Error("JCE053", "Included file cannot be read", "{0}");

    internal static readonly IdlProblem OutOfRange = Strict("JCE060", "Value out of its type's range", "{0} does not fit {1}");
    internal static readonly IdlProblem ParameterTwice = Strict("JCE061", "Parameter name used twice", "operation '{0}' already has a parameter '{1}'");
    internal static readonly IdlProblem EnumeratorInTwoEnums = Warning("JCE062", "Enumerator in two enums of a module", "'{0}' is also an enumerator of '{1}'");
    internal static readonly IdlProblem BadMapKey = Strict("JCE063", "Map key that cannot be compared", "{0} cannot be the key of a map");
    internal static readonly IdlProblem GeneratedNameTaken = Strict("JCE064", "Name that generated code needs", "generated code needs the name '{0}' for {1}");
    internal static readonly IdlProblem KeyTwice = Strict("JCE065", "Struct with two keys", "struct '{0}' has a key already");
    internal static readonly IdlProblem BadKeyMember = Strict("JCE066", "Key that has no order", "member '{0}' is a {1}, so the key of '{2}' gives no order");
    internal static readonly IdlProblem StructTooBig = Strict("JCE067", "Struct that is too big", "one '{0}' with the structs inside is more than {1} objects before anything is read");

    internal static readonly IdlProblem BadSetting = Error("JCE070", "Property of the build that cannot be read", "{0}");

    internal static readonly IdlProblem BadAcceptedContract = Error("JCE100", "Accepted contract that cannot be read", "{0}");
    internal static readonly IdlProblem TagReused = Error("JCE101", "Tag given to another member", "tag {0} of '{1}' was accepted as '{2} {3}' and is now '{4} {5}'");
    internal static readonly IdlProblem MemberTypeChanged = Error("JCE102", "Member type changed", "member '{0}' was accepted as '{1}' and is now '{2}'");
    internal static readonly IdlProblem MemberTypeWidened = Error("JCE103", "Member type widened", "member '{0}' was accepted as '{1}' and is now '{2}', which old readers cannot read");
    internal static readonly IdlProblem RequiredMemberAdded = Error("JCE104", "Required member added", "member '{0}' is required, but old writers do not write it");
    internal static readonly IdlProblem BecameRequired = Error("JCE105", "Optional member became required", "member '{0}' was accepted as optional, so old writers may leave it out");
    internal static readonly IdlProblem BecameOptional = Error("JCE106", "Required member became optional", "member '{0}' was accepted as required, so old readers cannot do without it");
    internal static readonly IdlProblem RequiredMemberRemoved = Error("JCE107", "Required member removed", "member '{0}' (tag {1}) of '{2}' was accepted as required, so old readers cannot do without it");
    internal static readonly IdlProblem MemberRemoved = Error("JCE108", "Member removed and its tag not reserved", "member '{0}' of '{2}' is gone: keep its tag from use with '// reserved {1}'");
    internal static readonly IdlProblem ReservedNumberGivenUp = Error("JCE109", "Reserved number given up", "{0} {1} of '{2}' was accepted as reserved");
    internal static readonly IdlProblem DefaultChanged = Error("JCE110", "Default changed", "the default of member '{0}' was accepted as {1} and is now {2}");
    internal static readonly IdlProblem EnumeratorChanged = Error("JCE111", "Enumerator value changed", "'{0}' was accepted as {1} and is now {2}");
    internal static readonly IdlProblem EnumeratorRemoved = Error("JCE112", "Enumerator removed", "'{0} = {1}' of enum '{2}' is gone{3}");
    internal static readonly IdlProblem ConstChanged = Warning("JCE113", "Constant changed", "constant '{0}' was accepted as {1} and is now {2}");
    internal static readonly IdlProblem ConstRemoved = Warning("JCE114", "Constant removed", "constant '{0}' is gone");
    internal static readonly IdlProblem OperationRemoved = Error("JCE115", "Operation removed", "operation '{0}' of '{1}' is gone");
    internal static readonly IdlProblem ParameterAdded = Error("JCE116", "Parameter added", "parameter '{0}' of operation '{1}' is new");
    internal static readonly IdlProblem ParameterRemoved = Error("JCE117", "Parameter removed", "parameter '{0}' of operation '{1}' is gone");
    internal static readonly IdlProblem ParametersReordered = Error("JCE118", "Parameters in another order", "the parameters of operation '{0}' were accepted in the order {1}");
    internal static readonly IdlProblem ParameterChanged = Error("JCE119", "Parameter changed", "parameter {0} of operation '{1}' was accepted as '{2}' and is now '{3}'");
    internal static readonly IdlProblem ReturnTypeChanged = Error("JCE120", "Return type changed", "operation '{0}' was accepted to return '{1}' and now returns '{2}'");
    internal static readonly IdlProblem StructRemoved = Error("JCE121", "Struct removed", "struct '{0}' is gone");
    internal static readonly IdlProblem EnumRemoved = Error("JCE122", "Enum removed", "enum '{0}' is gone");
    internal static readonly IdlProblem InterfaceRemoved = Error("JCE123", "Interface removed", "interface '{0}' is gone");
    internal static readonly IdlProblem ModuleRemoved = Error("JCE124", "Module removed", "module '{0}' is gone");
    internal static readonly IdlProblem MemberRenamed = Warning("JCE125", "Member renamed", "member '{0}' was accepted as '{1}'");
    internal static readonly IdlProblem ParameterRenamed = Error("JCE126", "Parameter renamed", "parameter '{0}' of operation '{1}' was accepted as '{2}', by which TUP calls find it");
    internal static readonly IdlProblem NotAccepted = Warning("JCE127", "Addition that is not accepted yet", "{0} is new and not accepted yet: run 'hongbao jce accept'");
    internal static readonly IdlProblem KeyChanged = Error("JCE128", "Key changed", "the key of struct '{0}' was accepted as {1} and is now {2}");
    internal static readonly IdlProblem MapKeyChanged = Error("JCE129", "Key of a map changed", "'{0}' is the key of a map, and member '{1}' is {2}");
    internal static readonly IdlProblem NothingAccepted = Error("JCE130", "No accepted contract", "{0}");

    /// <summary>All of them, by code.</summary>
    public static IReadOnlyList<IdlProblem> All => Table;

    private static IdlProblem Error(string code, string title, string format) => Add(new(code, title, format, IdlSeverity.Error));

    private static IdlProblem Warning(string code, string title, string format) => Add(new(code, title, format, IdlSeverity.Warning));

    private static IdlProblem Strict(string code, string title, string format) => Add(new(code, title, format, IdlSeverity.Warning, true));

    private static IdlProblem Add(IdlProblem problem)
    {
        Table.Add(problem);
        return problem;
    }
}
