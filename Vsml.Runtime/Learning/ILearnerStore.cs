namespace Vsml;

/// <summary>Where a learner keeps what it has learned, for <see cref="LearnerState"/>.</summary>
internal interface ILearnerStore
{
    /// <summary>What was declared.</summary>
    Architecture Architecture { get; }

    /// <summary>The digest of the learner's meta-parameters.</summary>
    string ThetaDigest { get; }

    /// <summary>A copy of all that was learned.</summary>
    /// <param name="messages">The messages to take.</param>
    LearnedState Get(IReadOnlyList<WaitingMessages> messages);

    /// <summary>Takes over all that was learned.</summary>
    /// <param name="messages">The messages that are given; all others become zero.</param>
    /// <param name="state">What to take over.</param>
    void Set(IReadOnlyList<WaitingMessages> messages, LearnedState state);
}

/// <summary>All that a learner has learned.</summary>
/// <param name="Cells">c of each layer, in canonical order.</param>
/// <param name="Hidden">h of each layer, likewise.</param>
/// <param name="Messages">Messages that wait, each [place, entry].</param>
internal sealed record LearnedState(float[][] Cells, float[][] Hidden, float[][] Messages);

/// <summary>Backward messages that wait at a boundary from one example to the next, or some of their entries.</summary>
/// <param name="Name">Name of their tensor.</param>
/// <param name="Boundary">The boundary: before the layer of this index, or behind the last one.</param>
/// <param name="Places">Number of places.</param>
/// <param name="FirstEntry">The first entry.</param>
/// <param name="Entries">Number of entries.</param>
internal sealed record WaitingMessages(string Name, int Boundary, int Places, int FirstEntry, int Entries)
{
    /// <summary>Floats of the tensor.</summary>
    public int Floats => Places * Entries;

    /// <summary>Shape of the tensor.</summary>
    public int[] Shape => Name is "error" or "label" ? [Places] : [Places, Entries];

    /// <summary>The place of a float of the tensor.</summary>
    /// <param name="index">Its index.</param>
    public int PlaceAt(int index) => index / Entries;

    /// <summary>The message's entry that a float of the tensor is.</summary>
    /// <param name="index">Its index.</param>
    public int EntryAt(int index) => FirstEntry + index % Entries;
}
