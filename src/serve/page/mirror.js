// A mirror plot: the query above, the entry below, what both have in colour; with zoom and labels.

const [W, H, LEFT, RIGHT, TOP, BOTTOM] = [900, 420, 46, 12, 22, 34];
const LABELS = 12;
const SVG = "http://www.w3.org/2000/svg";

function node(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function scaled(peaks) {
  const most = Math.max(...peaks.map(([, intensity]) => intensity), Number.MIN_VALUE);
  return peaks.map(([mz, intensity]) => ({ mz, share: intensity / most, matched: false }));
}

// Round steps for an axis with some `n` ticks.
function step(range, n) {
  const raw = range / n;
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw);
}

export class MirrorPlot {
  constructor(box, { query, entry, pairs, title }) {
    this.box = box;
    this.query = scaled(query);
    this.entry = scaled(entry);
    for (const [q, e] of pairs) {
      this.query[q].matched = true;
      this.entry[e].matched = true;
    }
    this.title = title;
    const all = [...this.query, ...this.entry].map((peak) => peak.mz);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const margin = Math.max((high - low) * 0.04, 5);
    this.whole = [Math.max(low - margin, 0), high + margin];
    this.range = this.whole;
    this.draw();
  }

  show(low, high) {
    const least = 0.5;
    const [from, to] = this.whole;
    const span = Math.min(Math.max(high - low, least), to - from);
    const start = Math.min(Math.max(low, from), to - span);
    this.range = [start, start + span];
    this.draw();
  }

  zoom(factor, at = (this.range[0] + this.range[1]) / 2) {
    const [low, high] = this.range;
    this.show(at - (at - low) * factor, at + (high - at) * factor);
  }

  move(share) {
    const by = (this.range[1] - this.range[0]) * share;
    this.show(this.range[0] + by, this.range[1] + by);
  }

  reset() {
    this.show(...this.whole);
  }

  x(mz) {
    const [low, high] = this.range;
    return LEFT + ((mz - low) / (high - low)) * (W - LEFT - RIGHT);
  }

  mz(clientX) {
    const frame = this.svg.getBoundingClientRect();
    const x = ((clientX - frame.left) / frame.width) * W;
    const [low, high] = this.range;
    return low + ((x - LEFT) / (W - LEFT - RIGHT)) * (high - low);
  }

  draw() {
    const svg = node("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": this.title });
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const middle = (TOP + H - BOTTOM) / 2;
    const height = middle - TOP - 12;
    svg.append(node("title", {}, this.title));
    svg.append(node("rect", { width: W, height: H, fill: colour("--box") }));
    const text = (x, y, label, extra = {}) =>
      svg.append(node("text", { x, y, fill: colour("--front"), "font-size": 11, "font-family": "sans-serif", ...extra }, label));
    text(LEFT, 14, "query", { fill: colour("--query"), "font-weight": "bold" });
    text(LEFT, H - 6, "library", { fill: colour("--entry"), "font-weight": "bold" });
    text(W - RIGHT, H - 6, "m/z", { "text-anchor": "end", "font-style": "italic" });
    const [low, high] = this.range;
    const by = step(high - low, 10);
    const decimals = Math.max(0, -Math.floor(Math.log10(by)));
    for (let tick = Math.ceil(low / by) * by; tick <= high; tick += by) {
      const x = this.x(tick);
      svg.append(node("line", { x1: x, x2: x, y1: H - BOTTOM, y2: H - BOTTOM + 4, stroke: colour("--rest") }));
      text(x, H - BOTTOM + 15, tick.toFixed(decimals), { "text-anchor": "middle", fill: colour("--quiet") });
    }
    this.side(this.query, (share) => middle - share * height, -4, colour("--query"), { svg, middle, colour, text });
    this.side(this.entry, (share) => middle + share * height, 11, colour("--entry"), { svg, middle, colour, text });
    svg.append(node("line", { x1: LEFT, x2: W - RIGHT, y1: middle, y2: middle, stroke: colour("--front") }));
    this.svg = svg;
    this.box.replaceChildren(svg);
    this.listen(svg);
  }

  side(peaks, y, labelAt, own, { svg, middle, colour, text }) {
    const [low, high] = this.range;
    const seen = peaks.filter(({ mz }) => mz >= low && mz <= high);
    for (const { mz, share, matched } of seen) {
      const x = this.x(mz).toFixed(2);
      const line = node("line", {
        x1: x, x2: x, y1: middle, y2: y(share).toFixed(2),
        stroke: matched ? own : colour("--rest"), "stroke-width": matched ? 2 : 1.2, class: matched ? "matched" : "alone",
      });
      line.append(node("title", {}, `m/z ${mz.toFixed(4)}, ${(share * 100).toFixed(1)} %${matched ? ", matched" : ""}`));
      svg.append(line);
    }
    // The most intense are labelled, where there is room.
    const taken = [];
    const strong = [...seen].sort((a, b) => b.share - a.share).slice(0, LABELS);
    for (const { mz, share, matched } of strong) {
      const x = this.x(mz);
      if (taken.some((other) => Math.abs(other - x) < 46)) continue;
      taken.push(x);
      text(x, y(share) + labelAt, mz.toFixed(4), { "text-anchor": "middle", "font-size": 10, fill: matched ? own : colour("--quiet") });
    }
  }

  listen(svg) {
    svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.mz(event.clientX));
    }, { passive: false });
    svg.addEventListener("pointerdown", (event) => {
      const from = this.mz(event.clientX);
      const up = (end) => {
        const to = this.mz(end.clientX);
        const enough = (this.range[1] - this.range[0]) / 100;
        if (Math.abs(to - from) > enough) this.show(Math.min(from, to), Math.max(from, to));
      };
      window.addEventListener("pointerup", up, { once: true });
    });
    svg.addEventListener("dblclick", () => this.reset());
  }

  text() {
    return new XMLSerializer().serializeToString(this.svg);
  }
}
