using System.Buffers;
using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Problems;
using Microsoft.AspNetCore.Http.Features;

namespace Hongbao.Gateway.Json;

/// <summary>
/// A request's JSON object, read strictly. Reading a field that is not acceptable notes a fault and gives a default, so that a handler
/// reads all fields first and then looks at <see cref="Refusal"/> once. Fields that it does not read are ignored: the contract may grow.
/// </summary>
internal sealed class RequestBody
{
    private const int ReasonMax = 200;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };
    private readonly JsonElement _object;
    private readonly string _prefix;
    private readonly List<FieldFault> _faults;
    private readonly ResultCode _code;

    private RequestBody(JsonElement @object, string prefix, List<FieldFault> faults, ResultCode code = ResultCode.ValidationFailed)
    {
        _object = @object;
        _prefix = prefix;
        _faults = faults;
        _code = code;
    }

    /// <summary>Why the request is not carried out, or null when every field read so far was acceptable.</summary>
    public ProblemAnswer? Refusal => _code == ResultCode.PayloadTooLarge ? ProblemAnswer.Of(_code)
        : _faults.Count > 0 ? ProblemAnswer.Invalid(_faults)
        : null;

    /// <summary>True when the request may have a body: some say so and send none.</summary>
    public static bool MayBeIn(HttpContext http) => http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true };

    /// <summary>The body of a request that must have one.</summary>
    public static async ValueTask<RequestBody> ReadAsync(HttpContext http) => IsJson(http.Request.ContentType) ? Parse(await ReadBytesAsync(http)) : NotJson();

    /// <summary>The body of a request that may have one; without, it has no fields.</summary>
    public static async ValueTask<RequestBody> ReadOptionalAsync(HttpContext http) => await ReadBytesAsync(http) switch
    {
        { Length: 0 } => new RequestBody(default, "", []),
        { } when !IsJson(http.Request.ContentType) => NotJson(),
        var bytes => Parse(bytes),
    };

    /// <summary>The whole body, or null when it is longer than the endpoint's <see cref="BodyLimit"/>.</summary>
    public static async ValueTask<byte[]?> ReadBytesAsync(HttpContext http)
    {
        var limit = http.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>()?.Bytes ?? BodyLimit.Default;
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(http.RequestAborted);
            if (read.Buffer.Length > limit)
            {
                reader.AdvanceTo(read.Buffer.End);
                return null;
            }

            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return bytes;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>A required string. U+0000 is refused everywhere: no store keeps it.</summary>
    public string Text(string field) => ReadText(field, required: true);

    /// <summary>An optional string, empty when it is absent or null.</summary>
    public string OptionalText(string field) => ReadText(field, required: false);

    /// <summary>An optional string, empty when it is absent or null; present it must not be empty.</summary>
    public string OptionalFullText(string field)
    {
        var faults = _faults.Count;
        var text = OptionalText(field);
        if (text.Length == 0 && _faults.Count == faults && TryGet(field, required: false, out _))
        {
            Fault(field, "must not be empty; leave it out for none");
        }

        return text;
    }

    /// <summary>Why an operator changes something, for the record.</summary>
    public string Reason()
    {
        const string Field = "reason";
        if (!TryGet(Field, required: true, out var value))
        {
            return "";
        }

        if (TryString(value, out var reason) && !string.IsNullOrWhiteSpace(reason) && reason.EnumerateRunes().Count() <= ReasonMax && !reason.Any(char.IsControl))
        {
            return reason;
        }

        Fault(Field, $"must have 1 to {ReasonMax} characters, not only blanks, and no control characters");
        return "";
    }

    /// <summary>True when the field is there and not null.</summary>
    public bool Has(string field) => TryGet(field, required: false, out _);

    /// <summary>A required time in Unix milliseconds.</summary>
    public long Time(string field)
    {
        if (!TryGet(field, required: true, out var value))
        {
            return 0;
        }

        if (TryString(value, out var text) && Moment.TryParse(text, out var moment))
        {
            return moment.UnixMs;
        }

        Fault(field, Moment.Accepted);
        return 0;
    }

    /// <summary>An optional time in Unix milliseconds, 0 when it is absent or null.</summary>
    public long OptionalTime(string field) => Has(field) ? Time(field) : 0;

    /// <summary>An optional part of one, in parts of 1,000,000,000; 0 when it is absent or null.</summary>
    public long OptionalRatio(string field)
    {
        if (!TryGet(field, required: false, out var value))
        {
            return 0;
        }

        if (value.ValueKind == JsonValueKind.Number && Ratio.TryParse(value.GetRawText(), out var ratio))
        {
            return ratio.Ppb;
        }

        Fault(field, Ratio.Accepted);
        return 0;
    }

    /// <summary>A required integer that fits 64 bits.</summary>
    public long Long(string field) => TryGet(field, required: true, out var value) ? ToLong(field, value, long.MinValue, long.MaxValue) : 0;

    /// <summary>An optional integer of 64 bits, 0 when it is absent or null.</summary>
    public long OptionalLong(string field) => TryGet(field, required: false, out var value) ? ToLong(field, value, long.MinValue, long.MaxValue) : 0;

    /// <summary>An optional integer of 64 bits, at least 1; 0 when it is absent or null.</summary>
    public long OptionalPositiveLong(string field) => TryGet(field, required: false, out var value) ? ToLong(field, value, 1, long.MaxValue) : 0;

    /// <summary>A required integer that fits 32 bits.</summary>
    public int Int(string field) => TryGet(field, required: true, out var value) ? (int)ToLong(field, value, int.MinValue, int.MaxValue) : 0;

    /// <summary>An optional integer of 32 bits, 0 or what else is usual when it is absent or null.</summary>
    public int OptionalInt(string field, int usual = 0) => TryGet(field, required: false, out var value) ? (int)ToLong(field, value, int.MinValue, int.MaxValue) : usual;

    /// <summary>An optional integer of 32 bits, 0 when it is absent or null; present it must not be 0.</summary>
    public int OptionalNonZeroInt(string field)
    {
        var faults = _faults.Count;
        var number = OptionalInt(field);
        if (number == 0 && _faults.Count == faults && TryGet(field, required: false, out _))
        {
            Fault(field, "must not be 0; leave it out for the usual");
        }

        return number;
    }

    /// <summary>A required name of an enum's member in lower case.</summary>
    public T Choice<T>(string field)
        where T : struct, Enum
    {
        if (!TryGet(field, required: true, out var value))
        {
            return default;
        }

        if (TryString(value, out var name) && EnumNames<T>.Lowercase.TryParse(name, out var choice))
        {
            return choice;
        }

        Fault(field, EnumNames<T>.Lowercase.Accepted);
        return default;
    }

    /// <summary>A required number of a thing.</summary>
    public long Number(string field) => TryGet(field, required: true, out var value) ? ToNumber(field, value) : 0;

    /// <summary>An optional number of a thing, 0 when it is absent or null.</summary>
    public long OptionalNumber(string field) => TryGet(field, required: false, out var value) ? ToNumber(field, value) : 0;

    /// <summary>A required object.</summary>
    public RequestBody Object(string field) => ReadObject(field, required: true);

    /// <summary>An optional object; one that is absent or null has no fields.</summary>
    public RequestBody OptionalObject(string field) => ReadObject(field, required: false);

    /// <summary>An optional list of numbers of things, empty when it is absent or null.</summary>
    public List<long> OptionalNumbers(string field, int most)
    {
        if (!TryGet(field, required: false, out var value))
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > most)
        {
            Fault(field, $"must be a list of at most {most} decimal strings");
            return [];
        }

        return [.. value.EnumerateArray().Select((item, i) => ToNumber($"{field}[{i}]", item))];
    }

    /// <summary>A required list of objects.</summary>
    public List<RequestBody> Objects(string field, int most)
    {
        if (!TryGet(field, required: true, out var value))
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > most || value.EnumerateArray().Any(v => v.ValueKind != JsonValueKind.Object))
        {
            Fault(field, $"must be a list of at most {most} objects");
            return [];
        }

        return [.. value.EnumerateArray().Select((item, i) => new RequestBody(item, $"{_prefix}{field}[{i}].", _faults))];
    }

    /// <summary>Notes a fault of a field of this object.</summary>
    public void Fault(string field, string accepted) => _faults.Add(new FieldFault { Field = _prefix + field, Message = accepted });

    private static RequestBody Unreadable(string field, string accepted) => new(default, "", [new FieldFault { Field = field, Message = accepted }]);

    private static RequestBody Parse(byte[]? bytes)
    {
        if (bytes is null)
        {
            return new RequestBody(default, "", [], ResultCode.PayloadTooLarge);
        }

        try
        {
            var root = JsonDocument.Parse(bytes, Strict).RootElement;
            return root.ValueKind == JsonValueKind.Object ? new RequestBody(root, "", []) : Unreadable("body", "must be a JSON object");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a name that is not valid Unicode.
            return Unreadable("body", bytes.Length == 0 ? "must not be empty" : "must be well-formed JSON in UTF-8 without repeated names");
        }
    }

    private static RequestBody NotJson() => Unreadable("content-type", "must be application/json in UTF-8");

    private static bool IsJson(string? contentType)
    {
        if (!System.Net.Http.Headers.MediaTypeHeaderValue.TryParse(contentType, out var type)
            || !string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        return type.CharSet is null || string.Equals(type.CharSet.Trim('"'), "utf-8", StringComparison.OrdinalIgnoreCase);
    }

    private bool TryGet(string field, bool required, out JsonElement value)
    {
        value = default;

        // An object that could not be read has its fault already.
        if (_object.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        try
        {
            if (_object.TryGetProperty(field, out value) && value.ValueKind != JsonValueKind.Null)
            {
                return true;
            }
        }
        catch (InvalidOperationException)
        {
            Fault(field, "must have a name in valid Unicode");
            return false;
        }

        value = default;
        if (required)
        {
            Fault(field, "is required");
        }

        return false;
    }

    private RequestBody ReadObject(string field, bool required)
    {
        if (TryGet(field, required, out var value) && value.ValueKind != JsonValueKind.Object)
        {
            Fault(field, "must be an object");
        }

        return new RequestBody(value.ValueKind == JsonValueKind.Object ? value : default, $"{_prefix}{field}.", _faults);
    }

    private string ReadText(string field, bool required)
    {
        if (!TryGet(field, required, out var value))
        {
            return "";
        }

        if (TryString(value, out var text))
        {
            return text;
        }

        Fault(field, "must be a string in valid Unicode without U+0000");
        return "";
    }

    private static bool TryString(JsonElement value, out string text)
    {
        text = "";
        if (value.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, or bytes that are not UTF-8.
            return false;
        }

        return !text.Contains('\0', StringComparison.Ordinal);
    }

    private long ToLong(string field, JsonElement value, long least, long most)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most)
        {
            return number;
        }

        Fault(field, $"must be {(least > 0 ? "a positive" : "an")} integer of {(most == int.MaxValue ? 32 : 64)} bits, written without fraction or exponent");
        return 0;
    }

    private long ToNumber(string field, JsonElement value)
    {
        if (TryString(value, out var text) && DecimalNumber.TryParse(text, out var number))
        {
            return number;
        }

        Fault(field, DecimalNumber.Accepted + ", as a string");
        return 0;
    }
}
