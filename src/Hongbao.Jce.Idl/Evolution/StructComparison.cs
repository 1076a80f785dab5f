namespace Hongbao.Jce.Idl;

/// <summary>The comparison of one struct with what was accepted of it.</summary>
/// <param name="all">Collects what is found.</param>
/// <param name="accepted">What was accepted.</param>
/// <param name="now">The struct now.</param>
/// <param name="isMapKey">True when what was accepted has maps with keys that it makes different.</param>
internal sealed class StructComparison(EvolutionComparison all, AcceptedDefinition accepted, IdlStruct now, bool isMapKey)
{
    private readonly bool _isComparedAsWhole = isMapKey && accepted.Key.Count == 0 && now.KeyMembers.Count == 0;

    public void Compare()
    {
        var byTag = now.Members.ToDictionary(m => m.Tag);
        foreach (var pair in accepted.Members)
        {
            if (byTag.TryGetValue(pair.Key, out var member))
            {
                CompareMember(pair.Value, member);
            }
            else if (pair.Value.IsRequired)
            {
                all.Add(IdlProblems.RequiredMemberRemoved, now.Span, pair.Value.Name, pair.Key, now.Name);
            }
            else if (!now.ReservedTags.Contains(pair.Key))
            {
                all.Add(IdlProblems.MemberRemoved, now.Span, pair.Value.Name, pair.Key, now.Name);
            }
            else if (_isComparedAsWhole)
            {
                all.Add(IdlProblems.MapKeyChanged, now.Span, now.Name, pair.Value.Name, "gone: keys of old writers that differ in it alone are found twice");
            }
        }

        foreach (var member in now.Members.Where(m => !accepted.Members.ContainsKey(m.Tag)))
        {
            CompareNew(member);
        }

        foreach (var tag in accepted.Reserved.Where(t => !now.ReservedTags.Contains(t)))
        {
            all.Add(IdlProblems.ReservedNumberGivenUp, byTag.TryGetValue(tag, out var member) ? member.Span : now.Span, "tag", tag, now.Name);
        }

        CompareKey();
    }

    private void CompareNew(IdlMember member)
    {
        if (member.IsRequired)
        {
            all.Add(IdlProblems.RequiredMemberAdded, member.Span, member.Name);
        }
        else if (_isComparedAsWhole)
        {
            all.Add(IdlProblems.MapKeyChanged, member.Span, now.Name, member.Name, "new: old readers find keys twice that differ in it alone");
        }
    }

    // By tags: a member that only got another name is the same.
    private void CompareKey()
    {
        var tags = accepted.Members.GroupBy(m => m.Value.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Key, StringComparer.Ordinal);
        var before = accepted.Key.Select(n => tags.TryGetValue(n, out var tag) ? tag : -1);
        if (!before.SequenceEqual(now.KeyMembers.Select(m => m.Tag)))
        {
            all.Add(IdlProblems.KeyChanged, now.Span, now.Name, Text(accepted.Key), Text(AcceptedContract.KeyOf(now)));
        }

        static string Text(IReadOnlyList<string> key) => key.Count == 0 ? "none" : "'" + string.Join(", ", key) + "'";
    }

    private void CompareMember(AcceptedMember before, IdlMember member)
    {
        var type = member.Type.ToString();
        if (before.Name != member.Name)
        {
            // The same type under a name that is known from another tag is another thing.
            var isKnown = now.Members.Any(m => m.Name == before.Name) || accepted.Members.Values.Any(m => m.Name == member.Name);
            if (isKnown || before.Type != type)
            {
                all.Add(IdlProblems.TagReused, member.Span, member.Tag, now.Name, before.Type, before.Name, type, member.Name);
                return;
            }

            all.Add(IdlProblems.MemberRenamed, member.Span, member.Name, before.Name);
        }

        if (before.Type != type)
        {
            all.Add(IsWider(before.Type, member.Type) ? IdlProblems.MemberTypeWidened : IdlProblems.MemberTypeChanged, member.Span, member.Name, before.Type, type);
        }
        else if (!before.IsRequired && !member.IsRequired && AcceptedContract.DefaultOf(member) is var value && value != before.Default)
        {
            all.Add(IdlProblems.DefaultChanged, member.Span, member.Name, before.Default.Length > 0 ? before.Default : "none", value.Length > 0 ? value : "none");
        }

        if (before.IsRequired != member.IsRequired)
        {
            all.Add(member.IsRequired ? IdlProblems.BecameRequired : IdlProblems.BecameOptional, member.Span, member.Name);
        }
    }

    // All values of the old type, as they are written, are values of the new one.
    private static bool IsWider(string before, IdlType type) => before switch
    {
        "byte" => type.Kind is IdlTypeKind.Short or IdlTypeKind.Int or IdlTypeKind.Long,
        "unsigned byte" => type.Kind is IdlTypeKind.Short or IdlTypeKind.UnsignedShort or IdlTypeKind.Int or IdlTypeKind.UnsignedInt or IdlTypeKind.Long,
        "short" => type.Kind is IdlTypeKind.Int or IdlTypeKind.Long,
        "unsigned short" => type.Kind is IdlTypeKind.Int or IdlTypeKind.UnsignedInt or IdlTypeKind.Long,
        "int" => type.Kind == IdlTypeKind.Long,
        "unsigned int" => type.Kind == IdlTypeKind.Long,
        "float" => type.Kind == IdlTypeKind.Double,
        _ => false,
    };
}
