using System;
using System.Linq;

namespace Vsml.Generators.Planning;

/// <summary>
/// A size or an offset in a plan: a number, and for free sizes multiples of named ones besides. It prints as C#: a literal, or an
/// expression of locals of those names.
/// </summary>
/// <param name="Fixed">What does not depend on free sizes.</param>
/// <param name="Terms">What does, in order.</param>
public readonly record struct Extent(int Fixed, EquatableArray<ExtentTerm> Terms)
{
    /// <summary>Whether it depends on a free size.</summary>
    public bool IsFree => Terms.Count > 0;

    /// <summary>The number.</summary>
    /// <exception cref="InvalidOperationException">It depends on a free size.</exception>
    public int Number => IsFree ? throw new InvalidOperationException($"The size {this} is free.") : Fixed;

    /// <summary>The expression as a factor: in parentheses if it is a sum.</summary>
    public string Factor => Terms.Count + (Fixed == 0 ? 0 : 1) > 1 ? $"({this})" : ToString();

    /// <summary>A number.</summary>
    /// <param name="number">The number.</param>
    public static implicit operator Extent(int number) => new(number, default);

    /// <summary>A free size.</summary>
    /// <param name="name">What emitted code calls it.</param>
    public static Extent Named(string name) => new(0, new([new ExtentTerm(name, 1)]));

    /// <summary>The sum.</summary>
    /// <param name="left">One summand.</param>
    /// <param name="right">The other.</param>
    public static Extent operator +(Extent left, Extent right) => new(
        checked(left.Fixed + right.Fixed),
        new(left.Terms.Concat(right.Terms).GroupBy(term => term.Name).Select(same => new ExtentTerm(same.Key, checked(same.Sum(term => term.Factor))))));

    /// <summary>A multiple.</summary>
    /// <param name="extent">The extent.</param>
    /// <param name="factor">A number of at least 1.</param>
    public static Extent operator *(Extent extent, int factor) => new(
        checked(extent.Fixed * factor), new(extent.Terms.Select(term => term with { Factor = checked(term.Factor * factor) })));

    /// <inheritdoc/>
    public override string ToString()
    {
        var terms = Terms.Select(term => term.Factor == 1 ? term.Name : FormattableString.Invariant($"{term.Name} * {term.Factor}"));
        return string.Join(" + ", Fixed == 0 && IsFree ? terms : terms.Prepend(FormattableString.Invariant($"{Fixed}")));
    }
}

/// <summary>A multiple of a free size.</summary>
/// <param name="Name">What emitted code calls the size.</param>
/// <param name="Factor">How often it counts.</param>
public readonly record struct ExtentTerm(string Name, int Factor);
