namespace Hongbao.Contracts;

/// <content>Making and asking results.</content>
public sealed partial record Result
{
    /// <summary>True for <see cref="ResultCode.Ok"/>.</summary>
    public bool IsOk() => Code == ResultCode.Ok;

    /// <summary>A fresh success.</summary>
    public static Result Ok() => new();

    /// <summary>An ending other than success.</summary>
    public static Result Of(ResultCode code, string detail = "") => new() { Code = code, Detail = detail };

    /// <summary>A refusal that names one field.</summary>
    public static Result Invalid(string field, string message) => new()
    {
        Code = ResultCode.ValidationFailed,
        Faults = [new FieldFault { Field = field, Message = message }],
    };
}
