namespace Vsml.MetaTraining;

/// <summary>A change of all inputs of an episode, with everything drawn that it takes, so that it can be made later, and elsewhere.</summary>
internal interface IInputStep
{
    /// <summary>Floats of an input afterwards.</summary>
    int Outputs { get; }

    /// <summary>Makes the change.</summary>
    /// <param name="episode">The episode.</param>
    void Apply(EpisodeData episode);

    /// <summary>The same change, with nothing in it that lies in buffers of the episode.</summary>
    IInputStep Keep();
}
