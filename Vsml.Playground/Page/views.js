// What is seen of a room beside its pad.

// The palette of Okabe and Ito, told apart by those who do not see all colours.
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#b3a600", "#888888"];
const lineColours = ["#0072b2", "#d55e00", "#009e73"], dashes = [[], [8, 4], [2, 3]];
// Six colours evenly along cividis (Nunez, Anderton, Renslow, 2018).
const cividis = [[0, 34, 78], [49, 68, 107], [102, 105, 112], [149, 143, 120], [203, 186, 105], [254, 232, 56]];
const mostRows = 12;

export const colourOf = known => colours[(known?.colour ?? 7) % colours.length];

export function element(name, properties = {}, ...children) {
  const { style = {}, data = {}, ...others } = properties, made = Object.assign(document.createElement(name), others);
  for (const key in style) made.style.setProperty(key, style[key]);
  Object.assign(made.dataset, data);
  made.append(...children);
  return made;
}

const percent = share => (100 * share).toFixed(share === 1 ? 0 : 1) + " %";
const bar = (share, colour, label) => element("div", { className: "bar", title: label, style: { "--colour": colour } }, element("i", { style: { width: 100 * share + "%" } }));

function table(head, rows) {
  const cells = (row, tag) => element("tr", {}, ...row.map(cell => element(tag, {}, cell)));
  return element("div", { className: "wide" }, element("table", {}, element("thead", {}, cells(head, "th")), element("tbody", {}, ...rows.map(row => cells(row, "td")))));
}

export function showPredictions(place, view, probabilities) {
  if (view.classes.length === 0) return place.replaceChildren(element("p", { className: "hint" }, "There is no class yet."));
  if (!probabilities) return place.replaceChildren(element("p", { className: "hint" }, "Predictions come with the next example."));
  const best = probabilities.map(row => Math.max(...row)), shown = view.classes.map((known, i) => ({ known, i }));
  shown.sort((a, b) => view.classes.length > mostRows ? probabilities[0][b.i] - probabilities[0][a.i] : 0);
  place.replaceChildren(table(["", ...view.learners], shown.slice(0, mostRows).map(({ known, i }) => [
    element("span", {}, element("span", { className: "swatch", style: { "--colour": colourOf(known) } }), known.name),
    ...probabilities.map((row, l) => element("div", { className: row[i] > 0 && row[i] === best[l] ? "best" : "", data: { learner: view.learners[l], class: known.name } },
      bar(row[i], colourOf(known), percent(row[i])), percent(row[i]))),
  ])));
}

export function showAccuracy(place, view) {
  if (view.examples === 0) return place.replaceChildren();
  place.replaceChildren(table(["", `of ${view.examples}`, "of the last 50"], view.learners.map((name, l) => [name, percent(view.accuracy[l]), percent(view.recent[l])])));
}

export class Curve {
  constructor(place) {
    this.place = place;
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(place);
  }

  size() { return { width: Math.max(240, this.place.clientWidth), height: 220 }; }

  show(view) {
    this.place.hidden = view.examples < 2;
    if (this.place.hidden) return;
    const data = [view.curve.x, ...view.curve.y];
    if (this.plot) return this.plot.setData(data);
    const style = getComputedStyle(document.documentElement), text = style.getPropertyValue("--text").trim(), line = style.getPropertyValue("--line").trim();
    const axis = (label, values) => ({ label, values, stroke: text, labelSize: 20, size: 50, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } });
    this.plot = new uPlot({
      ...this.size(), scales: { x: { time: false }, y: { range: [0, 1] } }, cursor: { drag: { x: false, y: false } },
      axes: [axis("examples", (_, values) => values.map(value => Number.isInteger(value) ? value : "")), axis("right", (_, values) => values.map(value => 100 * value + " %"))],
      series: [{ label: "examples" }, ...view.learners.map((label, l) => ({ label, stroke: lineColours[l], dash: dashes[l], width: l === 0 ? 3 : 1.8, value: (_, value) => value == null ? "–" : percent(value) }))],
    }, data, this.place);
  }
}

function mix(from, to, share) { return `rgb(${from.map((value, i) => Math.round(value + (to[i] - value) * share))})`; }

// From blue through the page's grey to orange for what has a sign, along cividis for sizes.
function shade(value, { least, most, isSigned }) {
  if (isSigned) return mix([128, 128, 128], value < 0 ? [0, 114, 228] : [255, 150, 0], most > 0 ? Math.abs(value) / most : 0);
  const share = most > least ? (value - least) / (most - least) : 0;
  const at = Math.min(share * (cividis.length - 1), cividis.length - 1.001);
  return mix(cividis[Math.floor(at)], cividis[Math.floor(at) + 1], at % 1);
}

// One value after another in a field as square as they fill: images as they are, a plane's two beside each other.
function map(values, range, name, space = 110) {
  const width = Math.ceil(Math.sqrt(values.length)), cell = Math.max(1, Math.min(26, Math.floor(space / width)));
  const canvas = element("canvas", { className: "map", width: cell * width, height: cell * Math.ceil(values.length / width), role: "img", ariaLabel: name }), context = canvas.getContext("2d");
  values.forEach((value, i) => {
    context.fillStyle = shade(value, range);
    context.fillRect(i % width * cell, Math.floor(i / width) * cell, cell, cell);
  });
  return element("figure", {}, canvas, element("figcaption", { title: name }, name));
}

// A row for each input of a layer, a column for each hidden unit, as wide as there is room.
function matrix(rows, range, name) {
  const canvas = element("canvas", { className: "map matrix", width: rows[0].length, height: rows.length, role: "img", ariaLabel: name }), context = canvas.getContext("2d");
  canvas.style.height = `${Math.max(24, Math.min(192, 3 * rows.length))}px`;
  rows.forEach((row, a) => row.forEach((value, b) => {
    context.fillStyle = shade(value, range);
    context.fillRect(b, a, 1, 1);
  }));
  return element("figure", {}, canvas, element("figcaption", {}, name));
}

// What the colours of some maps span.
function rangeOf(blocks, isSigned) {
  let least = Infinity, most = isSigned ? 0 : -Infinity;
  for (const block of blocks) for (const value of block) {
    least = Math.min(least, value);
    most = Math.max(most, isSigned ? Math.abs(value) : value);
  }
  return { least, most, isSigned };
}

function scale({ least, most, isSigned }) {
  const text = most === 0 ? "All are 0." : isSigned ? `Blue is ${(-most).toPrecision(2)}, grey 0, orange ${most.toPrecision(2)}.` : `Dark is ${least.toPrecision(2)}, bright ${most.toPrecision(2)}.`;
  return element("p", { className: "scale" }, text);
}

const named = labels => [...labels, "stand-in"];

export function showStates(place, states, isSigned) {
  if (states.labels.length === 0) return place.replaceChildren(element("p", { className: "hint" }, "Nothing was learned yet."));
  const range = rangeOf(states.values, isSigned), names = named(states.labels);
  place.replaceChildren(element("div", { className: "blocks" }, ...states.values.map((values, b) => map(values, range, names[b]))), scale(range));
  for (const rows of states.below.filter(rows => rows.length > 0)) {
    const below = rangeOf(rows, isSigned);
    place.append(matrix(rows, below, `below, ${rows.length} inputs (down) to ${rows[0].length} hidden units (across)`), scale(below));
  }
}

const calm = new WeakMap();

export function showMessages(place, view, messages, isMoving) {
  if (!messages) return place.replaceChildren(element("p", { className: "hint" }, "Messages flow from the second example on."));
  const range = rangeOf(messages.votes, true), names = named(messages.labels), rows = names.map((_, b) => b).sort((a, b) => messages.probabilities[b] - messages.probabilities[a]).slice(0, mostRows);
  const error = value => element("div", { className: "bar signed", title: value.toFixed(3), style: { "--colour": value < 0 ? "#0072b2" : "#d55e00" } },
    element("i", { style: { "--from": value < 0 ? 50 + 50 * value + "%" : "50%", width: 50 * Math.abs(value) + "%" } }));
  const flow = element("div", { className: "flow" },
    element("div", {}, map(messages.inputs, rangeOf([messages.inputs], true), "inputs"), ...messages.hidden.map(sizes => map(sizes, rangeOf([sizes], false), "hidden units"))), element("div", { className: "stream-of-dots", ariaHidden: "true" }),
    table(["said to", "", "output", "probability", ...(messages.errors ? ["error"] : [])], rows.map(b => [
      names[b], map(messages.votes[b], range, "", 44), messages.outputs[b].toFixed(2),
      bar(messages.probabilities[b], colourOf(view.classes.find(known => known.name === names[b])), percent(messages.probabilities[b])),
      ...(messages.errors ? [error(messages.errors[b])] : []),
    ])));
  place.replaceChildren(flow, scale(range));
  clearTimeout(calm.get(place));
  if (!isMoving) return;
  flow.dataset.phase = "forward";
  calm.set(place, setTimeout(() => {
    if (messages.errors) flow.dataset.phase = "backward";
    calm.set(place, setTimeout(() => delete flow.dataset.phase, 700));
  }, 700));
}
