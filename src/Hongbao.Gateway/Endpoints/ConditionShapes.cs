using Hongbao.Contracts;
using Hongbao.Gateway.Json;

namespace Hongbao.Gateway.Endpoints;

// Read field by field; the bodies are what the document shows.

/// <summary>What has to be met before a share is taken or a draw is made.</summary>
internal sealed record ConditionBody
{
    /// <summary>The kind of condition.</summary>
    public required ConditionKind Kind { get; init; }

    /// <summary>With a password: the word, 1 to 64 characters. No answer has it.</summary>
    public string? Password { get; init; }

    /// <summary>With follow: who is to be followed. Of a packet, its sender when absent.</summary>
    public Num? Uid { get; init; }

    /// <summary>With share: what is to be shared, 1 to 64 characters.</summary>
    public string? ContentId { get; init; }

    /// <summary>Reads the field <c>condition</c>; none when it is absent. What makes sense is for the modules to say.</summary>
    public static OpeningCondition Read(RequestBody body)
    {
        if (!body.Has("condition"))
        {
            return new OpeningCondition();
        }

        var condition = body.Object("condition");
        return new OpeningCondition
        {
            Kind = condition.Choice<ConditionKind>("kind"),
            Password = condition.OptionalText("password"),
            Uid = condition.OptionalNumber("uid"),
            ContentId = condition.OptionalText("contentId"),
        };
    }
}

/// <summary>What has to be met before a share is taken or a draw is made.</summary>
internal sealed record ConditionPart
{
    /// <summary>The kind of condition.</summary>
    public required ConditionKind Kind { get; init; }

    /// <summary>With follow: who is to be followed.</summary>
    public Num? Uid { get; init; }

    /// <summary>With share: what is to be shared.</summary>
    public string? ContentId { get; init; }

    /// <summary>Null for none.</summary>
    public static ConditionPart? OrNone(OpeningCondition condition) => condition.Kind == ConditionKind.None ? null : new ConditionPart
    {
        Kind = condition.Kind,
        Uid = Num.OrNone(condition.Uid),
        ContentId = condition.ContentId.Length == 0 ? null : condition.ContentId,
    };
}

/// <summary>What is said to a packet or a campaign that opens with a password.</summary>
internal sealed record PasswordBody
{
    /// <summary>The password. Nobody else looks at it.</summary>
    public string? Password { get; init; }
}
