using Vsml;

// Three clouds of points in a plane, in no order: put your own stream here.
var random = new Random(1);
(string Label, float X, float Y)[] clouds = [("red", 0, 0), ("green", 3, 1), ("blue", 1, 4)];
var classifier = new OnlineClassifier<string>();
for (var example = 1; example <= 300; example++)
{
    var (label, x, y) = clouds[random.Next(clouds.Length)];
    // Predicts first, then learns from the label; labels that are new make it grow.
    classifier.Learn([x + Noise(), y + Noise()], label);
    if (example is 10 or 30 or 100 or 300) Console.WriteLine($"{example,4} examples, predicted right before their labels: {classifier.Progress.Accuracy:P1}");
}
Console.WriteLine($"(3, 1) is {classifier.Predict([3f, 1f])}");
classifier.Save("learned.safetensors");

float Noise() => random.NextSingle() + random.NextSingle() - 1;
