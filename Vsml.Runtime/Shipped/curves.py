#!/usr/bin/env python3
"""curves.py OUT.svg RUN...: draws accuracy in training over meta-iterations, a panel for each run folder; means of 50 iterations, lines where a stage begins."""
import json
import pathlib
import sys

WIDTH, HEIGHT, LEFT, TOP, GAP, MEAN = 260, 180, 40, 30, 60, 50


def panel(folder, left):
    """The marks of a run."""
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    steps = [line for line in lines if line["kind"] == "iteration"]
    last = steps[-1]["iteration"]
    place = lambda iteration, accuracy: f"{left + WIDTH * iteration / last:.1f},{TOP + HEIGHT * (1 - accuracy):.1f}"
    points, marks = [], []
    for i in range(0, len(steps) - MEAN + 1, MEAN):
        some = steps[i:i + MEAN]
        points.append(place(some[MEAN // 2]["iteration"], sum(step["accuracy"] for step in some) / MEAN))
    for before, after in zip(steps, steps[1:]):
        if before["stage"] != after["stage"]:
            x = left + WIDTH * after["iteration"] / last
            marks.append(f'<line class="stage" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{TOP + HEIGHT}"/>')
    for tenth in range(0, 11, 2):
        y = TOP + HEIGHT * (1 - tenth / 10)
        marks.append(f'<line class="grid" x1="{left}" x2="{left + WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/><text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{tenth / 10:.1f}</text>')
    marks.append(f'<text x="{left + WIDTH / 2}" y="{TOP - 10}" text-anchor="middle">{folder.name}</text>')
    marks.append(f'<text x="{left + WIDTH}" y="{TOP + HEIGHT + 18}" text-anchor="end">{last:,} iterations</text>')
    return "\n".join([*marks, f'<polyline points="{" ".join(points)}"/>'])


def main(path, *folders):
    panels = [panel(pathlib.Path(folder), LEFT + i * (WIDTH + GAP)) for i, folder in enumerate(folders)]
    width, height = LEFT + len(panels) * (WIDTH + GAP) - GAP + 10, TOP + HEIGHT + 30
    style = "text{font:12px sans-serif;fill:#666}.grid{stroke:#8884}.stage{stroke:#888;stroke-dasharray:3}polyline{fill:none;stroke:#0072b2;stroke-width:1.5}"
    pathlib.Path(path).write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"><style>{style}</style>\n' + "\n".join(panels) + "\n</svg>\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
