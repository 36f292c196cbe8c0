// A mirror plot: drawn by the service, part by part as one zooms.

const NARROWEST = 0.5;

export class MirrorPlot {
  // `draw` gives the SVG text of a range of m/z, or of all; `fail` is told what went wrong.
  constructor(box, draw, fail) {
    Object.assign(this, { box, draw, fail, whole: null, range: null, asked: 0 });
  }

  // Shows the part from `low` to `high`, or all.
  async show(range) {
    const asked = (this.asked += 1);
    let text;
    try {
      text = await this.draw(range);
    } catch (error) {
      this.fail(error);
      return;
    }
    // Something else may have been asked for meanwhile.
    if (asked !== this.asked) return;
    const svg = document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
    const field = svg.querySelector(".field");
    this.range = [Number(field.dataset.from), Number(field.dataset.to)];
    this.whole ??= this.range;
    this.svg = svg;
    this.text = text;
    this.box.replaceChildren(svg);
    this.listen(svg, field);
  }

  part(low, high) {
    const [from, to] = this.whole;
    const span = Math.min(Math.max(high - low, NARROWEST), to - from);
    const start = Math.min(Math.max(low, from), to - span);
    return this.show(span < to - from ? [start, start + span] : null);
  }

  zoom(factor, at = (this.range[0] + this.range[1]) / 2) {
    const [low, high] = this.range;
    return this.part(at - (at - low) * factor, at + (high - at) * factor);
  }

  move(share) {
    const by = (this.range[1] - this.range[0]) * share;
    return this.part(this.range[0] + by, this.range[1] + by);
  }

  reset() {
    return this.show(null);
  }

  listen(svg, field) {
    const mz = (event) => {
      const frame = field.getBoundingClientRect();
      const [low, high] = this.range;
      return low + ((event.clientX - frame.left) / frame.width) * (high - low);
    };
    svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.25 : 0.8, mz(event));
    }, { passive: false });
    svg.addEventListener("pointerdown", (event) => {
      const from = mz(event);
      const up = (end) => {
        const to = mz(end);
        const enough = (this.range[1] - this.range[0]) / 100;
        if (Math.abs(to - from) > enough) this.part(Math.min(from, to), Math.max(from, to));
      };
      window.addEventListener("pointerup", up, { once: true });
    });
    svg.addEventListener("dblclick", () => this.reset());
  }
}
