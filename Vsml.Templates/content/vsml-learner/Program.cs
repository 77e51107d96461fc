using Vsml;

// A stream of examples: two measurements, and what they were. Replace it by yours.
var random = new Random(1);
IEnumerable<(float[] Features, string Label)> stream = Enumerable.Range(0, 400).Select(_ =>
{
    var isRed = random.Next(2) == 0;
    return ((float[])[20 + 5 * random.NextSingle() + (isRed ? 3 : 0), 300 + 80 * random.NextSingle() - (isRed ? 50 : 0)], isRed ? "red" : "green");
});

var classifier = new OnlineClassifier<string>();
var right = 0;
foreach (var ((features, label), seen) in stream.Select((example, i) => (example, i + 1)))
{
    // Predict first, then learn: there is no training phase, no learning rate and nothing to tune.
    if (classifier.Labels.Count > 0 && classifier.Predict(features) == label) right++;
    classifier.Learn(features, label);
    if (seen % 100 == 0) Console.WriteLine($"{seen} examples, {right} of the last 100 right");
    if (seen % 100 == 0) right = 0;
}
