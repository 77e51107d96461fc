// The palette of Okabe and Ito, told apart by those who do not see all colours; dashes go on where it ends.
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#888888"];
const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3]];
const text = getComputedStyle(document.documentElement).getPropertyValue("--text").trim();
const grid = getComputedStyle(document.documentElement).getPropertyValue("--line").trim();

function number(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6) return +(value / 1e6).toPrecision(3) + " M";
  if (size >= 1e4) return +(value / 1e3).toPrecision(3) + " k";
  return size < 1e-3 ? value.toExponential(1) : String(+value.toPrecision(4));
}

function draw(chart, place) {
  const show = chart.isShare ? value => +(100 * value).toFixed(1) + " %" : number;
  const ticks = format => (_, values) => values.map(value => value == null ? "" : format(value));
  const axis = (label, format) => ({ label, values: ticks(format), labelSize: 22, size: 56, stroke: text, font: "13px system-ui", labelFont: "14px system-ui",
    grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } });
  const series = [{ label: chart.x, value: (_, value) => value == null ? "–" : number(value) }];
  const bands = [], tables = [];
  const names = chart.lines.map(line => line.name);
  chart.lines.forEach((line, i) => {
    const stroke = colours[i % colours.length], dash = dashes[Math.floor(i / colours.length) % dashes.length];
    series.push({ label: names[i], stroke, dash, width: line.isEmphasised ? 3 : 1.6, spanGaps: line.hasPoints,
      points: { show: line.hasPoints, size: 6, fill: stroke }, value: (_, value) => value == null ? "–" : show(value) });
    tables.push([line.x, line.y]);
    if (!line.low) return;
    const edge = { stroke: "transparent", width: 0, spanGaps: line.hasPoints, points: { show: false }, class: "edge" };
    bands.push({ series: [series.length, series.length + 1], fill: stroke + "2e" });
    series.push({ ...edge, label: names[i] + " +" }, { ...edge, label: names[i] + " -" });
    tables.push([line.x, line.high], [line.x, line.low]);
  });
  const x = { time: false, distr: chart.isXLogarithmic ? 3 : 1 };
  // Left to itself, a logarithmic axis goes on to the next power of ten.
  if (chart.isXLogarithmic) x.range = [Math.min(...chart.lines.map(line => line.x[0])), Math.max(...chart.lines.map(line => line.x.at(-1)))];
  const y = { distr: chart.isYLogarithmic ? 3 : 1 };
  if (chart.isShare) y.range = [0, 1];
  // One data set for all lines: a place that a line does not have is undefined there, a gap is null.
  const data = uPlot.join(tables);
  const size = () => ({ width: Math.max(280, place.clientWidth), height: place.clientWidth < 600 ? 280 : 360 });
  const plot = new uPlot({ ...size(), scales: { x, y }, axes: [axis(chart.x, number), axis(chart.y, show)], series, bands, cursor: { drag: { x: true, y: false } } }, data, place);
  place.querySelectorAll(".u-legend .edge").forEach(row => row.remove());
  place.plot = plot;
  new ResizeObserver(() => { if (plot.width !== size().width) plot.setSize(size()); }).observe(place);
}

document.querySelectorAll("[data-chart]").forEach(place => draw(charts[+place.dataset.chart], place));
