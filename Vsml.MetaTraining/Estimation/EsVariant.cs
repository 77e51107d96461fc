using System.Text.Json.Serialization;

namespace Vsml.MetaTraining;

/// <summary>
/// The evolution strategies for unrolled inner loops. They differ in when a pair draws noise, which noise weighs its losses, and
/// what its learner goes on from.
/// </summary>
public enum EsVariant
{
    /// <summary>Whole episodes, new noise for each (model.md, "ES, published form").</summary>
    [JsonStringEnumMemberName("es")]
    Full,

    /// <summary>
    /// Parts of episodes, new noise for each; after a part the learner goes on from where unperturbed theta brings it (Vicol et
    /// al., 2021, algorithm 1). Biased: it does not see what noise does to later parts.
    /// </summary>
    [JsonStringEnumMemberName("truncated-es")]
    Truncated,

    /// <summary>
    /// Parts of episodes, new noise for each; each learner goes on from its own state, and losses weigh the sum of all noise that
    /// it has met since its episode began (Persistent ES, Vicol et al., 2021, algorithm 2). Unbiased.
    /// </summary>
    [JsonStringEnumMemberName("pes")]
    Persistent,

    /// <summary>
    /// Parts of episodes, the same noise through the whole episode; each learner goes on from its own state (Noise-Reuse ES, Li
    /// et al., 2023). Unbiased, with less variance.
    /// </summary>
    [JsonStringEnumMemberName("nres")]
    NoiseReuse,
}
