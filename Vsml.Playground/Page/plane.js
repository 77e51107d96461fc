import { colourOf } from "./views.js";

// A square from -1 to 1: points that were placed, and regions of what a learner would say.
export class Plane {
  constructor(canvas, placed, hovered) {
    Object.assign(this, { canvas, placed, points: [], classes: [], regions: null, cross: { x: 0, y: 0 } });
    canvas.addEventListener("pointerdown", event => placed(this.place(event)));
    canvas.addEventListener("pointermove", event => hovered(this.place(event)));
    canvas.addEventListener("keydown", event => this.key(event));
    for (const change of ["focus", "blur"]) canvas.addEventListener(change, () => this.show());
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect(), within = value => Math.min(1, Math.max(-1, value));
    return [within((event.clientX - box.left) / box.width * 2 - 1), within(1 - (event.clientY - box.top) / box.height * 2)];
  }

  key(event) {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (step) {
      this.cross = { x: Math.min(1, Math.max(-1, this.cross.x + step[0] * .05)), y: Math.min(1, Math.max(-1, this.cross.y + step[1] * .05)) };
      this.show();
    } else if (event.key === "Enter" || event.key === " ") this.placed([this.cross.x, this.cross.y]);
    else return;
    event.preventDefault();
  }

  show() {
    const { canvas, regions } = this, context = canvas.getContext("2d"), size = canvas.width, style = getComputedStyle(document.documentElement);
    context.clearRect(0, 0, size, size);
    if (regions?.classes.length) {
      const cell = size / regions.size;
      regions.classes.forEach((c, i) => {
        context.fillStyle = colourOf(this.classes[c]);
        // A guess between all classes is pale.
        context.globalAlpha = .1 + .5 * Math.max(0, regions.confidence[i] - 1 / this.classes.length) / Math.max(.01, 1 - 1 / this.classes.length);
        context.fillRect(i % regions.size * cell, Math.floor(i / regions.size) * cell, cell, cell);
      });
      context.globalAlpha = 1;
    }
    context.strokeStyle = style.getPropertyValue("--line");
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(size / 2, 0); context.lineTo(size / 2, size); context.moveTo(0, size / 2); context.lineTo(size, size / 2);
    context.stroke();
    for (const { features: [x, y], label } of this.points) this.mark(context, (x + 1) / 2 * size, (1 - y) / 2 * size, this.classes.find(c => c.name === label), style);
    if (document.activeElement === canvas && canvas.matches(":focus-visible")) {
      const [x, y] = [(this.cross.x + 1) / 2 * size, (1 - this.cross.y) / 2 * size];
      context.strokeStyle = style.getPropertyValue("--text");
      context.lineWidth = 4;
      context.beginPath();
      context.moveTo(x - 20, y); context.lineTo(x + 20, y); context.moveTo(x, y - 20); context.lineTo(x, y + 20);
      context.stroke();
    }
  }

  // Shapes tell classes apart where colours do not.
  mark(context, x, y, known, style) {
    const corners = [0, 4, 3, 4, 5, 6][(known?.colour ?? 0) % 6], turn = [0, Math.PI / 4, -Math.PI / 2, 0, -Math.PI / 2, 0][(known?.colour ?? 0) % 6];
    context.beginPath();
    if (corners === 0) context.arc(x, y, 9, 0, 7);
    else for (let i = 0; i < corners; i++) context.lineTo(x + 12 * Math.cos(turn + i * 2 * Math.PI / corners), y + 12 * Math.sin(turn + i * 2 * Math.PI / corners));
    context.closePath();
    context.fillStyle = colourOf(known);
    context.strokeStyle = style.getPropertyValue("--back");
    context.lineWidth = 3;
    context.stroke();
    context.fill();
  }
}
