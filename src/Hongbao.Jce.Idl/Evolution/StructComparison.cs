namespace Hongbao.Jce.Idl;

/// <summary>The comparison of one struct with what was accepted of it.</summary>
internal sealed class StructComparison(EvolutionComparison all, AcceptedDefinition accepted, IdlStruct now)
{
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
        }

        foreach (var member in now.Members.Where(m => !accepted.Members.ContainsKey(m.Tag) && m.IsRequired))
        {
            all.Add(IdlProblems.RequiredMemberAdded, member.Span, member.Name);
        }

        foreach (var tag in accepted.ReservedTags.Where(t => !now.ReservedTags.Contains(t)))
        {
            all.Add(IdlProblems.ReservedTagGivenUp, byTag.TryGetValue(tag, out var member) ? member.Span : now.Span, tag, now.Name);
        }
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
        else if ((member.EffectiveDefault?.ToString() ?? "") is var value && value != before.Default)
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
