import { DrawPad } from "./draw.js";
import { Plane } from "./plane.js";
import { Curve, colourOf, element, showAccuracy, showMessages, showPredictions, showStates } from "./views.js";

const mostBytes = 16 << 20, shownEvery = 250, lookedEvery = 120;
const builtIn = { draw: { digits: "Use written digits" }, plane: { clouds: "Use three clouds", corners: "Use opposite corners" }, table: {} };
const get = id => document.getElementById(id);
let room = "draw", view = null, chosen = null, probabilities = null, learner = 0, playing = null;

const curve = new Curve(get("curve"));
const pad = new DrawPad(get("pad"), () => look(() => pad.isEmpty ? null : pad.features()));
const plane = new Plane(get("plane"), point => attempt(() => placePoint(point)), point => look(() => point));

function say(text, isBad = false) {
  get("message").textContent = text;
  get("message").className = isBad ? "bad" : "";
}

// Runs what a person asked for; what goes wrong is said, and nothing else changes.
async function attempt(action) {
  try {
    await action();
  } catch (error) {
    pause();
    say(error.message, true);
  }
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(`/api/${path}`, options);
  } catch {
    throw new Error("The playground does not answer; start 'vsml play' again.");
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

const post = (action, body = {}) => ask(`${room}/${action}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

async function act(action, body) {
  const asked = room, changed = await post(action, body);
  if (asked === room) show(changed);
  return changed;
}

// Predictions for what is being drawn or pointed at; one request at a time, the latest wins.
let looking = false, wanted = null;
function look(features) {
  wanted = features;
  if (looking) return;
  looking = true;
  setTimeout(async () => {
    looking = false;
    const now = wanted(), asked = room;
    if (!now || !view || view.classes.length === 0 || playing) return;
    await attempt(async () => {
      const seen = await post("predict", { features: now });
      if (asked !== room) return;
      probabilities = seen.probabilities;
      showPredictions(get("predictions"), view, probabilities);
      showMessages(get("messages"), view, seen.messages, false);
    });
  }, lookedEvery);
}

async function learn(features, label) {
  await act("learn", { features, label });
}

async function placePoint(point) {
  if (!view.classes.some(known => known.name === chosen)) throw new Error("Add a class, or choose one, before you place points.");
  await learn(point, chosen);
}

async function choose() {
  pause();
  const theta = get("theta").value, examples = view.classes.reduce((sum, known) => sum + known.count, 0);
  if (examples > 0) say(`${theta} learns all examples again ...`);
  try {
    await act("choose", { theta });
  } finally {
    get("theta").value = view.theta;
  }
  say(examples > 0 ? `${theta} learned ${examples === 1 ? "the one example" : `all ${examples} examples`} again, as if they came for the first time.` : `${theta} learns here now.`);
}

async function pressClass(name) {
  if (room === "plane") {
    chosen = name;
    showClasses();
  } else if (room === "draw") {
    if (pad.isEmpty) throw new Error(`Draw something first; then press ${name}.`);
    await learn(pad.features(), name);
    pad.wipe();
  } else throw new Error("In a table the labels come with the file.");
}

function showClasses() {
  const verb = { draw: "Teach", plane: "Choose", table: "Class" }[room];
  get("classes").replaceChildren(...view.classes.map((known, i) => element("span", { className: "chip", style: { "--colour": colourOf(known) } },
    element("button", { type: "button", title: `${verb} ${known.name}${i < 9 ? ` (key ${i + 1})` : ""}`, ariaPressed: room === "plane" ? String(known.name === chosen) : null, onclick: () => attempt(() => pressClass(known.name)) },
      known.name, element("small", {}, String(known.count))),
    element("button", { type: "button", title: `Forget ${known.name}`, ariaLabel: `Forget ${known.name}`, onclick: () => attempt(() => act("forget", { label: known.name })) }, "×"))));
}

function showSaid() {
  const { last } = view;
  const said = row => {
    const best = row.length ? row.indexOf(Math.max(...row)) : -1;
    return best < 0 || row[best] === 0 ? "nothing" : `${view.classes[best].name} ${view.classes[best].name === last.label ? "✓" : "✗"}`;
  };
  get("said").textContent = last ? `The last example was ${last.label}. Before they knew: ${view.learners.map((name, l) => `${name} said ${said(view.probabilities[l])}`).join(", ")}.` : "";
}

function showStream() {
  const { stream } = view, isOver = !stream || stream.position === stream.count;
  get("play").disabled = get("step").disabled = isOver;
  get("progress").hidden = !stream;
  if (stream) get("progress").value = stream.position / stream.count;
  get("stream").textContent = !stream ? (room === "table" ? "No file yet." : "No stream yet.") : `${stream.name}: ${stream.position} of ${stream.count} examples${isOver ? "; it is over" : ""}.`;
}

let shownAt = 0;
function show(changed) {
  const isNew = changed.examples > (view?.examples ?? 0) || changed.theta !== view?.theta;
  view = changed;
  if (!view.classes.some(known => known.name === chosen)) chosen = view.classes[0]?.name ?? null;
  // A class that came with the example had no column yet.
  if (isNew && view.last) probabilities = view.probabilities.map(row => view.classes.map((_, i) => row[i] ?? 0));
  else if (!view.last || probabilities?.[0].length !== view.classes.length) probabilities = null;
  showClasses();
  showSaid();
  showStream();
  get("theta").value = view.theta;
  showPredictions(get("predictions"), view, probabilities);
  showAccuracy(get("accuracy"), view);
  get("undo").disabled = view.undo === 0;
  if (playing && performance.now() - shownAt < shownEvery) return;
  shownAt = performance.now();
  curve.show(view);
  showMessages(get("messages"), view, view.messages, isNew && !playing);
  attempt(showRest);
}

// What has to be asked for.
async function showRest() {
  const asked = room, of = get("state-of").value, entry = Number(get("state-entry").value);
  const states = await ask(`${room}/states?of=${of}&entry=${entry}`);
  if (asked !== room) return;
  while (get("state-entry").options.length > states.entries + 1) get("state-entry").lastChild.remove();
  for (let i = get("state-entry").options.length - 1; i < states.entries; i++) get("state-entry").append(element("option", { value: String(i) }, String(i)));
  showStates(get("states"), states, entry >= 0);
  if (room !== "plane") return;
  Object.assign(plane, { points: view.points, classes: view.classes, regions: await ask(`plane/regions?learner=${learner}`) });
  plane.show();
}

const rate = () => Math.round(10 ** Number(get("speed").value));

function showRate() { get("rate").textContent = `${rate()} a second`; }

function pause() {
  if (playing) clearTimeout(playing.timer);
  playing = null;
  get("play").setAttribute("aria-pressed", "false");
  get("play").textContent = "Play";
  if (view) { shownAt = 0; }
}

function play() {
  say("");
  playing = { at: performance.now(), isFirst: true, owed: 1 };
  get("play").setAttribute("aria-pressed", "true");
  get("play").textContent = "Pause";
  const run = playing;
  const turn = () => attempt(async () => {
    if (playing !== run) return;
    const now = performance.now();
    run.owed = Math.min(1000, run.owed + (now - run.at) / 1000 * rate());
    run.at = now;
    if (run.owed >= 1) {
      const count = Math.floor(run.owed), changed = await act("step", { count, continues: !run.isFirst });
      run.owed -= count;
      run.isFirst = false;
      if (playing !== run) return show(changed);
      if (changed.stream.position === changed.stream.count) {
        pause();
        return show(changed);
      }
    }
    run.timer = setTimeout(turn, 60);
  });
  turn();
}

async function stop() {
  pause();
  show(await ask(room));
}

async function enter(name) {
  pause();
  [room, view, probabilities] = [name, null, null];
  for (const tab of document.querySelectorAll("[role=tab]")) {
    tab.setAttribute("aria-selected", String(tab.dataset.room === room));
    tab.tabIndex = tab.dataset.room === room ? 0 : -1;
  }
  for (const part of document.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== room;
  get("new-class").hidden = room === "table";
  get("builtin").hidden = room === "table";
  get("builtin").replaceChildren(...Object.entries(builtIn[room]).map(([source, text]) =>
    element("button", { type: "button", data: { source }, onclick: () => attempt(async () => { pause(); await act("stream", { source }); say("Press Play."); }) }, text)));
  get("save").href = `/api/${room}/save`;
  get("save").download = `${room}.safetensors`;
  say("");
  const entered = await ask(name);
  if (room === name) show(entered);
}

async function sendFile(file) {
  if (!file) return;
  if (file.size > mostBytes) throw new Error(`${file.name} has ${Math.ceil(file.size / (1 << 20))} MB; this page takes up to ${mostBytes >> 20}. 'vsml test --data FILE' reads larger files.`);
  if (file.name.endsWith(".safetensors")) {
    pause();
    show(await ask(`${room}/load`, { method: "POST", body: file }));
    return say(`${file.name} is loaded. Figures, SGD and nearest mean begin anew, for the file holds no examples.`);
  }
  if (room !== "table") await enter("table");
  pause();
  const how = new URLSearchParams({ name: file.name, label: get("csv-label").value.trim(), header: get("csv-header").value, shuffled: get("csv-shuffled").checked });
  show(await ask(`table/csv?${how}`, { method: "POST", body: file }));
  say(`${file.name} is here: ${view.stream.count} examples. Press Play.`);
}

for (const tab of document.querySelectorAll("[role=tab]")) {
  tab.onclick = () => attempt(() => enter(tab.dataset.room));
  tab.onkeydown = event => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const tabs = [...document.querySelectorAll("[role=tab]")], next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    next.focus();
    next.click();
  };
}
for (const [l, name] of ["VSML", "SGD", "nearest mean"].entries())
  get("regions").append(element("label", {}, element("input", { type: "radio", name: "regions", checked: l === 0, onchange: () => { learner = l; attempt(showRest); } }), ` ${name}`));
get("new-class").onsubmit = event => {
  event.preventDefault();
  attempt(async () => {
    const name = get("class-name").value.trim();
    await act("class", { label: name });
    chosen = name;
    get("class-name").value = "";
    showClasses();
    say("");
  });
};
get("wipe").onclick = () => pad.wipe();
get("undo").onclick = () => attempt(async () => { pause(); await act("undo"); say("One step was undone."); });
get("clear").onclick = () => attempt(async () => { pause(); await act("clear"); say("All is forgotten here; Undo brings it back."); });
get("load").onchange = () => attempt(async () => { await sendFile(get("load").files[0]); get("load").value = ""; });
get("csv").onsubmit = event => event.preventDefault();
get("csv-file").onchange = () => attempt(async () => { await sendFile(get("csv-file").files[0]); get("csv-file").value = ""; });
get("theta").onchange = () => attempt(choose);
get("play").onclick = () => playing ? attempt(stop) : play();
get("step").onclick = () => attempt(async () => { pause(); await act("step", { count: 1 }); });
get("speed").oninput = showRate;
for (const id of ["state-of", "state-entry"]) get(id).onchange = () => attempt(showRest);
document.addEventListener("dragover", event => event.preventDefault());
document.addEventListener("drop", event => { event.preventDefault(); attempt(() => sendFile(event.dataTransfer.files[0])); });
document.addEventListener("keydown", event => {
  if (event.target.matches("input:not([type=range]):not([type=radio]):not([type=checkbox]), select") || event.altKey || event.metaKey) return;
  if (event.key === "z" && !get("undo").disabled) get("undo").click();
  else if (event.ctrlKey) return;
  else if (event.key === "p" && !get("play").disabled) get("play").click();
  else if (/^[1-9]$/.test(event.key) && view?.classes[event.key - 1]) attempt(() => pressClass(view.classes[event.key - 1].name));
});
showRate();
attempt(() => enter("draw"));
