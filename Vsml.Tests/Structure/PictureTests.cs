using Vsml.Samples.Pictures;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Structure;

/// <summary>Pictures of the documentation show what networks compute today.</summary>
public class PictureTests
{
    private static readonly string s_folder = RepositoryPaths.InRepository("docs", "pictures");

    // 'dotnet run -c Release --project Vsml.Samples -- pictures docs/pictures' draws them again.
    [Theory]
    [InlineData("messages.svg")]
    [InlineData("states.svg")]
    [InlineData("ticks.svg")]
    public void A_picture_is_what_the_program_draws(string name) => ModelPictures.All[name]().ShouldBe(File.ReadAllText(Path.Combine(s_folder, name)));

    [Fact]
    public void All_pictures_of_the_model_are_drawn_by_it() =>
        Directory.GetFiles(s_folder, "*.svg").Select(Path.GetFileName).Where(name => name != "logo.svg").ShouldBe(ModelPictures.All.Keys, ignoreOrder: true);
}
