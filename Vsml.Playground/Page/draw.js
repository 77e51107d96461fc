// A drawing: strokes of points from 0 to 1, and what the learner sees of them.
const side = 8, fine = 32, pen = 4;

export class DrawPad {
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.strokes = [];
    this.cursor = { x: .5, y: .5, isDown: false };
    canvas.addEventListener("pointerdown", event => { canvas.setPointerCapture(event.pointerId); this.pointer = event.pointerId; this.begin(this.place(event)); });
    canvas.addEventListener("pointermove", event => { if (event.pointerId === this.pointer) this.extend(this.place(event)); });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, event => { if (event.pointerId === this.pointer) { this.pointer = null; this.changed(); } });
    canvas.addEventListener("keydown", event => this.key(event));
    for (const change of ["focus", "blur"]) canvas.addEventListener(change, () => this.show());
    this.show();
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  begin(point) { this.strokes.push([point]); this.show(); }

  extend(point) { this.strokes.at(-1).push(point); this.show(); this.changed(); }

  key(event) {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const cursor = this.cursor;
    if (step) {
      cursor.x = Math.min(.97, Math.max(.03, cursor.x + step[0] * .04));
      cursor.y = Math.min(.97, Math.max(.03, cursor.y + step[1] * .04));
      if (cursor.isDown) this.extend([cursor.x, cursor.y]);
    } else if (event.key === " ") {
      cursor.isDown = !cursor.isDown;
      if (cursor.isDown) this.begin([cursor.x, cursor.y]);
      this.changed();
    } else if (event.key === "Escape") this.wipe();
    else return;
    event.preventDefault();
    this.show();
  }

  wipe() { this.strokes = []; this.cursor.isDown = false; this.show(); this.changed(); }

  get isEmpty() { return this.strokes.length === 0; }

  show() {
    const { canvas } = this, context = canvas.getContext("2d"), style = getComputedStyle(document.documentElement);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.strokeStyle = style.getPropertyValue("--ink");
    trace(context, this.strokes, ([x, y]) => [x * canvas.width, y * canvas.height], canvas.width / 14);
    if (document.activeElement !== canvas || !canvas.matches(":focus-visible")) return;
    context.strokeStyle = style.getPropertyValue("--strong");
    context.lineWidth = this.cursor.isDown ? 8 : 3;
    context.beginPath();
    context.arc(this.cursor.x * canvas.width, this.cursor.y * canvas.height, 16, 0, 7);
    context.stroke();
  }

  // As UCI digits were made: the drawing fills 32x32, and each of 8x8 values counts the inked ones of 4x4.
  features() {
    const points = this.strokes.flat(), xs = points.map(point => point[0]), ys = points.map(point => point[1]);
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const scale = (fine - pen) / Math.max(right - left, bottom - top, .05);
    const canvas = new OffscreenCanvas(fine, fine), context = canvas.getContext("2d", { willReadFrequently: true });
    trace(context, this.strokes, ([x, y]) => [fine / 2 + (x - (left + right) / 2) * scale, fine / 2 + (y - (top + bottom) / 2) * scale], pen);
    const ink = context.getImageData(0, 0, fine, fine).data, features = new Array(side * side).fill(0);
    for (let i = 0; i < fine * fine; i++)
      if (ink[4 * i + 3] > 127) features[Math.floor(i / fine / (fine / side)) * side + Math.floor(i % fine / (fine / side))]++;
    return features;
  }
}

function trace(context, strokes, at, width) {
  Object.assign(context, { lineWidth: width, lineCap: "round", lineJoin: "round" });
  for (const stroke of strokes) {
    context.beginPath();
    context.moveTo(...at(stroke[0]));
    for (const point of stroke) context.lineTo(...at(point));
    context.stroke();
  }
}
