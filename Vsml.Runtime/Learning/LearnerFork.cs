namespace Vsml;

/// <summary>Copies of learners.</summary>
public static class LearnerFork
{
    /// <summary>
    /// An independent copy that has learned the same, bit for bit: what either learns from here on, the other does not. They share
    /// theta alone; fields that a class adds are copied as they are.
    /// </summary>
    /// <typeparam name="T">The learner's class.</typeparam>
    /// <param name="learner">The learner; it stays as it is.</param>
    public static T Fork<T>(this T learner)
        where T : Learner => (T)learner.Copy();
}
