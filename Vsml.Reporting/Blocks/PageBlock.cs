using System.Text.Json.Serialization;

namespace Vsml.Reporting;

/// <summary>One piece of a page, from top to bottom. As JSON an object with a <c>type</c>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(HeadingBlock), "heading")]
[JsonDerivedType(typeof(ParagraphBlock), "paragraph")]
[JsonDerivedType(typeof(WarningBlock), "warning")]
[JsonDerivedType(typeof(TableBlock), "table")]
[JsonDerivedType(typeof(LineChartBlock), "lines")]
[JsonDerivedType(typeof(HeatMapBlock), "heatMap")]
[JsonDerivedType(typeof(DetailsBlock), "details")]
public abstract record PageBlock;

/// <summary>A heading.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Level">2 for a chapter, 3 for a part of one.</param>
public sealed record HeadingBlock(string Text, int Level = 2) : PageBlock;

/// <summary>Running text.</summary>
/// <param name="Text">What it says.</param>
public sealed record ParagraphBlock(string Text) : PageBlock;

/// <summary>Something that the reader must know before trusting the rest: what is missing or damaged.</summary>
/// <param name="Text">What it says.</param>
public sealed record WarningBlock(string Text) : PageBlock;

/// <summary>Long text in equal-width letters that opens on demand.</summary>
/// <param name="Summary">What shows while it is closed.</param>
/// <param name="Text">The text.</param>
public sealed record DetailsBlock(string Summary, string Text) : PageBlock;
