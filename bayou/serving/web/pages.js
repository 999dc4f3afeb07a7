// The pictures of the pages with the boxes on them. Knows SVG, zoom and evidence; not what becomes of the text.

import { bringInto, byId, draw, make } from "./dom.js";
import { isCorrected, isDoubtful, linesOf, outline } from "./document.js";
import { keyOf } from "./links.js";

const ZOOMS = [1, 1.25, 1.5, 2, 2.5, 3, 4, 6];

export class PagesView {
  /** `threshold`: gives the confidence under which a line is doubtful. `onBox`: told the key of a box clicked on.
   * `onTurn`: told the number of a page that was turned to. */
  constructor(threshold, onBox, onTurn) {
    this.viewer = byId("viewer");
    this.threshold = threshold;
    this.onTurn = onTurn;
    this.file = null;
    this.zoom = 1;
    this.viewer.addEventListener("click", (event) => {
      const key = event.target.closest("[data-key]")?.getAttribute("data-key");
      if (key) onBox(key);
    });
    this.viewer.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.zoomBy(event.deltaY < 0 ? 1 : -1);
    }, { passive: false });
    this.viewer.addEventListener("keydown", (event) => this.#onKey(event));
    this.viewer.addEventListener("scroll", () => this.#place(), { passive: true });
    byId("zoom-in").addEventListener("click", () => this.zoomBy(1));
    byId("zoom-out").addEventListener("click", () => this.zoomBy(-1));
    byId("zoom-fit").addEventListener("click", () => this.zoomTo(1));
    byId("page-back").addEventListener("click", () => this.turn(-1));
    byId("page-on").addEventListener("click", () => this.turn(1));
    byId("boxes").addEventListener("click", ({ currentTarget: button }) => {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      this.viewer.classList.toggle("bare", !on);
    });
    this.zoomTo(1);
  }

  /** Shows the pages of a file. */
  show(file) {
    this.file = file;
    this.viewer.replaceChildren(...(file ? [...file.pages.values()].map((page) => this.#figure(page)) : []));
    this.viewer.scrollTo(0, 0);
    this.#place();
  }

  /** Draws one page again: it is new, read, or corrected. */
  refresh(number) {
    const fresh = this.#figure(this.file.pages.get(number));
    const old = this.#figureOf(number);
    if (old) old.replaceWith(fresh);
    else this.viewer.append(fresh);
    this.#place();
  }

  /** Adds boxes of lines that have come since. */
  addLines(number) {
    const page = this.file.pages.get(number);
    const boxes = this.#figureOf(number)?.querySelector(".boxes");
    if (!boxes) return;
    for (let l = boxes.childElementCount; l < page.lines.length; l += 1) {
      boxes.append(this.#box(page.lines[l], keyOf(number, "~", l)));
    }
  }

  /** Marks evidence: a list of { page, boxes }; scrolls to the first where `move`. */
  mark(evidence, move = true) {
    for (const group of this.viewer.querySelectorAll(".evidence")) group.replaceChildren();
    let first = null;
    for (const { page, boxes } of evidence) {
      const group = this.#figureOf(page)?.querySelector(".evidence");
      for (const [x, y, right, bottom] of group ? boxes : []) {
        const mark = draw("rect", { x, y, width: right - x, height: bottom - y });
        group.append(mark);
        first ??= mark;
      }
    }
    if (first && move) bringInto(this.viewer, first);
  }

  zoomBy(steps) {
    const at = ZOOMS.indexOf(this.zoom);
    this.zoomTo(ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, at + steps))]);
  }

  /** Zooms about the middle of what is seen. 1 fits the width. */
  zoomTo(zoom) {
    const { viewer } = this;
    const x = (viewer.scrollLeft + viewer.clientWidth / 2) / viewer.scrollWidth;
    const y = (viewer.scrollTop + viewer.clientHeight / 2) / viewer.scrollHeight;
    this.zoom = zoom;
    viewer.style.setProperty("--zoom", String(zoom));
    byId("zoom-fit").textContent = zoom === 1 ? "Fit" : `${Math.round(zoom * 100)} %`;
    byId("zoom-out").disabled = zoom === ZOOMS[0];
    byId("zoom-in").disabled = zoom === ZOOMS.at(-1);
    viewer.scrollTo(x * viewer.scrollWidth - viewer.clientWidth / 2, y * viewer.scrollHeight - viewer.clientHeight / 2);
  }

  /** Goes some pages on, or back. */
  turn(steps) {
    const figures = [...this.viewer.children];
    const at = figures.indexOf(this.#current());
    const figure = figures[Math.min(figures.length - 1, Math.max(0, at + steps))];
    if (!figure) return;
    this.viewer.scrollTo(this.viewer.scrollLeft, figure.offsetTop - 8);
    this.onTurn(figure.getAttribute("data-page"));
  }

  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") this.zoomBy(1);
    else if (event.key === "-") this.zoomBy(-1);
    else if (event.key === "0") this.zoomTo(1);
    else return;
    event.preventDefault();
  }

  #figureOf(number) {
    return this.viewer.querySelector(`[data-page="${number}"]`);
  }

  /** The page that the middle of the viewer shows. */
  #current() {
    const middle = this.viewer.getBoundingClientRect().top + this.viewer.clientHeight / 2;
    const figures = [...this.viewer.children];
    return figures.find((figure) => figure.getBoundingClientRect().bottom > middle) ?? figures.at(-1) ?? null;
  }

  #place() {
    const number = this.#current()?.getAttribute("data-page");
    const all = this.file?.count ?? this.file?.pages.size ?? 0;
    byId("page-place").textContent = number ? `Page ${number}${all > 1 ? ` of ${all}` : ""}` : "No page yet";
    byId("page-back").hidden = byId("page-on").hidden = this.viewer.childElementCount < 2;
  }

  #figure(page) {
    const { number, read, width, height } = page;
    const picture = draw("svg", {
      class: "picture", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `Page ${number} of ${this.file.name}`,
    });
    picture.append(page.picture ? draw("image", { href: page.picture, width, height, preserveAspectRatio: "none" }) : "");
    const lines = read
      ? linesOf(read).map(({ line, b, l }) => this.#box(line, keyOf(number, b, l)))
      : page.lines.map((line, l) => this.#box(line, keyOf(number, "~", l)));
    picture.append(draw("g", { class: "boxes" }, ...lines), draw("g", { class: "evidence" }));
    return make("div", { class: `sheet${read ? "" : " reading"}`, "data-page": number }, picture);
  }

  #box(line, key) {
    const points = outline(line);
    if (!points) return draw("g"); // keeps the count of boxes that of lines
    const marks = ["box", isDoubtful(line, this.threshold()) && "doubtful", isCorrected(line) && "corrected"];
    return draw("polygon", { class: marks.filter(Boolean).join(" "), points, "data-key": key });
  }
}
