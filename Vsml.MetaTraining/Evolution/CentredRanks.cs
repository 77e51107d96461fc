namespace Vsml.MetaTraining;

/// <summary>Centred ranks (Wierstra et al., "Natural evolution strategies", 2014, section 3.1, in the form of Salimans et al., 2017).</summary>
public static class CentredRanks
{
    /// <summary>Replaces values by rank / (count - 1) - 0.5; equal values share their mean rank; a single value becomes 0.</summary>
    /// <param name="values">Finite values; changed in place.</param>
    public static void Shape(Span<double> values)
    {
        if (values.Length < 2)
        {
            values.Clear();
            return;
        }
        var sorted = values.ToArray();
        var order = new int[values.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(sorted, order);
        for (var first = 0; first < sorted.Length;)
        {
            var last = first;
            while (last + 1 < sorted.Length && sorted[last + 1] == sorted[first]) last++;
            var shaped = 0.5 * (first + last) / (sorted.Length - 1) - 0.5;
            for (; first <= last; first++) values[order[first]] = shaped;
        }
    }
}
