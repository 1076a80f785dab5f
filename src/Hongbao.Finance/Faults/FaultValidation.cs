using Hongbao.Contracts;

namespace Hongbao.Finance.Faults;

/// <summary>Checks fault switches as a whole.</summary>
internal static class FaultValidation
{
    private const int MsMax = 60_000;

    /// <summary>Every field that is not acceptable, named as in <c>operations[1].failPermille</c>.</summary>
    public static List<FieldFault> Check(FinanceFaults wanted)
    {
        var faults = new List<FieldFault>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < wanted.Operations.Count; i++)
        {
            Check(wanted.Operations[i], $"operations[{i}]", seen, faults);
        }

        return faults;
    }

    private static void Check(FinanceFault fault, string path, HashSet<string> seen, List<FieldFault> faults)
    {
        if (!Operations.All.Contains(fault.Operation))
        {
            Refuse("operation", "one of " + string.Join(", ", Operations.All));
            return;
        }

        if (!seen.Add(fault.Operation))
        {
            Refuse("operation", "each operation once");
        }

        Ms("latencyMs", fault.LatencyMs);
        Permille("failPermille", fault.FailPermille);
        Permille("lostAnswerPermille", fault.LostAnswerPermille);
        var later = Operations.CanBeLater(fault.Operation);
        Permille("laterPermille", fault.LaterPermille, later);
        Ms("laterMs", fault.LaterMs, later);
        Permille("refusePermille", fault.RefusePermille, Operations.CanRefuse(fault.Operation));
        Permille("notFoundPermille", fault.NotFoundPermille, fault.Operation == Operations.Query);
        var callsBack = Operations.CallsBack(fault.Operation);
        Permille("callbackLostPermille", fault.CallbackLostPermille, callsBack);
        Permille("callbackLatePermille", fault.CallbackLatePermille, callsBack);
        Ms("callbackLateMs", fault.CallbackLateMs, callsBack);
        Permille("callbackRepeatPermille", fault.CallbackRepeatPermille, callsBack);

        void Permille(string field, int value, bool applies = true) => Range(field, value, 1000, applies);

        void Ms(string field, int value, bool applies = true) => Range(field, value, MsMax, applies);

        void Range(string field, int value, int max, bool applies)
        {
            if (value < 0 || value > max)
            {
                Refuse(field, $"0 to {max}");
            }
            else if (value > 0 && !applies)
            {
                Refuse(field, $"0: it does not apply to {fault.Operation}");
            }
        }

        void Refuse(string field, string message) => faults.Add(new FieldFault { Field = $"{path}.{field}", Message = message });
    }
}
