using System.Globalization;
using Vsml;

// Learns, grows, saves and goes on; the last line is the same as that of the same code under the just-in-time compiler.
var classifier = new OnlineClassifier<DayOfWeek>();
var features = new Dictionary<string, float>();
for (var t = 0; t < 60; t++)
{
    for (var i = 0; i < 3 + t / 20; i++) features[$"feature {i}"] = (t * (i + 3) % 11) + (t % 2 * 5);
    classifier.Learn(features, t % 2 == 0 ? DayOfWeek.Monday : DayOfWeek.Friday);
}
using var stream = new MemoryStream();
classifier.Save(stream);
stream.Position = 0;
var loaded = OnlineClassifier<DayOfWeek>.Load(stream);
Console.WriteLine(string.Join(' ', loaded.Labels));
Console.WriteLine(string.Join(' ', loaded.PredictProbabilities(features).ToArray().Select(p => p.ToString("f3", CultureInfo.InvariantCulture))));
