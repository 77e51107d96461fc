using System.Runtime.Intrinsics;
using Vsml.MetaTraining;

namespace Vsml.Tests.Cloning;

public class GaussNewtonTests
{
    private static readonly CloneConfiguration s_configuration = new() { StateSize = 9, Alpha = 0.125f, Seed = 2 };
    private static readonly CloneStage s_stage = new() { Task = CloneTask.Steps, Optimizer = CloneOptimizer.GaussNewton, SubRnns = 512, Window = 2, FirstFloor = 0.1f, LastFloor = 0.1f };

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_solution_has_the_least_squares_of_the_damped_system(float commonWeight)
    {
        const int Parameters = 6, Rows = 5;
        const double Damping = 0.01;
        var random = new Random(1);
        var system = new GaussNewtonSystem(Parameters, commonWeight);
        var (j, r) = (new double[8 * Rows, Parameters], new double[8 * Rows]);
        for (var row = 0; row < Rows; row++)
        {
            var differences = Draw();
            var derivatives = system.Add(differences);
            for (var lane = 0; lane < 8; lane++) r[8 * row + lane] = differences[lane];
            for (var p = 0; p < Parameters; p++)
            {
                derivatives[p] = Draw();
                for (var lane = 0; lane < 8; lane++) j[8 * row + lane, p] = derivatives[p][lane];
            }
        }
        var (step, diagonal) = (new float[Parameters], new float[Parameters]);
        system.Solve(Damping, 100, step);
        system.Diagonal(diagonal);
        var least = Squares(step);
        for (var p = 0; p < Parameters; p++)
            foreach (var change in new[] { -0.01f, 0.01f })
            {
                var other = (float[])step.Clone();
                other[p] += change;
                Squares(other).ShouldBeGreaterThan(least);
            }

        Vector256<float> Draw() => Vector256.Create(Enumerable.Range(0, 8).Select(_ => 2 * random.NextSingle() - 1).ToArray());

        double Squares(float[] step)
        {
            var sum = 0.0;
            for (var row = 0; row < Rows; row++)
            {
                var common = 0.0;
                for (var i = 8 * row; i < 8 * row + 8; i++)
                {
                    var left = r[i] + Enumerable.Range(0, Parameters).Sum(p => j[i, p] * step[p]);
                    sum += left * left;
                    common += left;
                }
                sum += commonWeight * common * common;
            }
            return sum + Enumerable.Range(0, Parameters).Sum(p => Damping * diagonal[p] * step[p] * (double)step[p]);
        }
    }

    [Fact]
    public void The_gradient_of_the_linear_system_is_that_of_the_loss()
    {
        var theta = CloneTheta.Initial(s_configuration);
        var samples = new CloneSampler(s_configuration, s_stage).Draw(theta, 0, 0);
        var (gradient, half) = (new float[theta.Length], new float[theta.Length]);
        new CloneGradient(s_configuration, s_stage.Window).Evaluate(theta, samples, gradient);
        var system = new GaussNewtonSystem(theta.Length, s_configuration.CommonWeight);
        var window = new CloneWindow(s_configuration, s_stage.Window);
        foreach (var sample in samples) window.Linearise(theta, sample, system);
        system.HalfGradient(half);
        var largest = gradient.Max(MathF.Abs);
        for (var p = 0; p < theta.Length; p++) (2 * half[p] / (s_stage.SubRnns * s_stage.Window)).ShouldBe(gradient[p], 1e-4f * largest, $"parameter {p}");
    }

    [Fact]
    public void After_a_start_by_Adam_fifteen_steps_do_more_than_a_thousand_of_Adam()
    {
        var (byAdam, gradient) = (CloneTheta.Initial(s_configuration), new float[CloneTheta.Initial(s_configuration).Length]);
        var (many, few) = (new CloneSampler(s_configuration, s_stage), new CloneSampler(s_configuration, s_stage with { SubRnns = 64 }));
        var (adam, losses, newton) = (new Adam(), new CloneGradient(s_configuration, s_stage.Window), new GaussNewton(s_configuration, s_stage.Window));
        var (moments, damping) = (adam.Initial(byAdam.Length), new OptimizerState(0, new Dictionary<string, double[]>([GaussNewton.Initial()])));
        var iteration = 0;
        void Adam(int iterations)
        {
            for (var end = iteration + iterations; iteration < end; iteration++)
            {
                losses.Evaluate(byAdam, few.Draw(byAdam, iteration, 0), gradient);
                adam.Step(moments, gradient, 0.003, byAdam);
            }
        }

        Adam(1000);
        var byNewton = (float[])byAdam.Clone();
        for (var i = 0; i < 15; i++) newton.Step(damping, many.Draw(byNewton, i, 0), byNewton);
        Adam(1000);
        Unseen(byNewton).ShouldBeLessThan(Unseen(byAdam));

        double Unseen(float[] theta) => losses.Evaluate(theta, many.Draw(theta, 10_000, 0)).Total;
    }

    [Fact]
    public void A_step_that_does_not_lower_the_loss_is_not_taken()
    {
        var theta = CloneTheta.Initial(s_configuration);
        var samples = new CloneSampler(s_configuration, s_stage).Draw(theta, 0, 0);
        var (newton, losses) = (new GaussNewton(s_configuration, s_stage.Window), new CloneGradient(s_configuration, s_stage.Window));
        var remembered = new OptimizerState(0, new Dictionary<string, double[]>([GaussNewton.Initial()]));
        var loss = losses.Evaluate(theta, samples).Total;
        for (var i = 0; i < 10; i++)
        {
            newton.Step(remembered, samples, theta).Total.ShouldBe(loss);
            var next = losses.Evaluate(theta, samples).Total;
            next.ShouldBeLessThanOrEqualTo(loss);
            loss = next;
        }
    }
}
