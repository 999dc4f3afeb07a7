// The tab "Text": lines as they come, doubts, corrections in place. Knows how a page is set; not how it is read.

import { announce, bringInto, byId, copy, count, draw, isTyping, make, percent } from "./dom.js";
import { cellLines, isCorrected, isDoubtful, linesOf, tidy } from "./document.js";
import { documentOf, undo, redo, correct } from "./files.js";
import { LineEditor } from "./editor.js";
import { keyOf } from "./links.js";

export class TextView {
  constructor() {
    this.panel = byId("panel-text");
    this.file = null;
    this.threshold = 0.9;
    this.touched = null;
    this.onThreshold = () => {};
    this.sheet = make("div", { class: "text", id: "text" });
    this.doubts = make("span", { class: "doubts" });
    this.panel.append(this.#bar(), this.sheet);
    this.editor = new LineEditor((element, text) => this.#keep(element, text));
    this.sheet.addEventListener("pointerdown", () => { this.touched = document.activeElement; });
    this.sheet.addEventListener("click", (event) => this.#onClick(event));
    this.sheet.addEventListener("keydown", (event) => this.#onKey(event));
    this.sheet.addEventListener("focusin", (event) => this.#tabTo(event.target.closest(".line")));
    document.addEventListener("keydown", (event) => this.#onAnyKey(event));
  }

  /** Shows the text of a file. */
  show(file) {
    this.file = file;
    this.sheet.replaceChildren(...(file ? [...file.pages.values()].map((page) => this.#page(page)) : []));
    this.#tabTo(this.#lines()[0]);
    this.count();
  }

  /** Sets one page again: it is new, read, or corrected. */
  refresh(number) {
    const fresh = this.#page(this.file.pages.get(number));
    const old = this.sheet.querySelector(`[data-page="${number}"]`);
    if (old) old.replaceWith(fresh);
    else this.sheet.append(fresh);
    if (!this.sheet.querySelector('.line[tabindex="0"]')) this.#tabTo(this.#lines()[0]);
    this.count();
  }

  /** Adds lines of a page that is being read. */
  addLines(number) {
    const place = this.sheet.querySelector(`[data-page="${number}"] .coming`);
    const { lines } = this.file.pages.get(number);
    for (let l = place?.childElementCount ?? lines.length; l < lines.length; l += 1) {
      place.append(make("p", { class: "draft", "data-key": keyOf(number, "~", l), dir: "auto", text: lines[l].text }));
    }
  }

  /** Shows where a page begins. */
  showPage(number) {
    const section = this.sheet.querySelector(`[data-page="${number}"]`);
    if (section) this.sheet.scrollTo(0, section.offsetTop - 8);
  }

  /** Brings the counts of doubtful and corrected lines, and what can be undone, up to date. */
  count() {
    const lines = this.file ? documentOf(this.file).pages.flatMap((page) => page.blocks.flatMap((block) => block.lines)) : [];
    const doubtful = lines.filter((line) => isDoubtful(line, this.threshold)).length;
    const byHand = lines.filter(isCorrected).length;
    this.doubts.textContent = [
      doubtful ? `${doubtful} doubtful` : lines.length ? "Nothing doubtful" : "",
      byHand ? `${byHand} corrected` : "",
    ].filter(Boolean).join(" · ");
    this.nextDoubt.disabled = !doubtful;
    if (doubtful) this.nextDoubt.setAttribute("data-count", doubtful); // shown where there is no room for more
    else this.nextDoubt.removeAttribute("data-count");
    this.copyText.disabled = !lines.length;
    this.undoButton.disabled = !this.file?.done.length;
    this.redoButton.disabled = !this.file?.undone.length;
  }

  /** Focuses the next doubtful line after the focused one, or with -1 the one before; round and round. */
  jump(steps) {
    const lines = this.#lines();
    const doubtful = lines.filter((line) => line.classList.contains("doubtful"));
    if (!doubtful.length) return announce("No line is doubtful.");
    const here = lines.indexOf(this.sheet.querySelector('.line[tabindex="0"]'));
    const standing = lines[here] === document.activeElement ? 0 : 0.5; // not in the text yet: the line itself counts
    const places = doubtful.map((line) => lines.indexOf(line));
    const place = steps > 0
      ? places.find((at) => at > here - standing) ?? places[0]
      : places.findLast((at) => at < here + standing) ?? places.at(-1);
    this.focus(lines[place].getAttribute("data-key"));
  }

  /** Focuses a line by its key, and shows it. */
  focus(key) {
    const line = this.sheet.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!line) return;
    this.#tabTo(line.closest(".line"));
    line.focus({ preventScroll: true });
    bringInto(this.sheet, line);
  }

  #bar() {
    const button = (props, text, listener) => make("button", { type: "button", class: "button small", on: { click: listener }, ...props }, text);
    this.nextDoubt = button({ title: "F8, back with Shift+F8; in the text also N" }, "Next doubtful", () => this.jump(1));
    this.undoButton = button({ title: "Undo (Ctrl+Z)", "aria-label": "Undo" }, "↶", () => this.#step(undo, "Taken back."));
    this.redoButton = button({ title: "Redo (Ctrl+Shift+Z)", "aria-label": "Redo" }, "↷", () => this.#step(redo, "Done again."));
    this.copyText = button({}, "Copy", () => this.#copy());
    const levels = [0.8, 0.9, 0.95, 0.99].map((level) =>
      make("option", { value: level, selected: level === this.threshold }, `below ${percent(level)}`));
    const choice = make("select", {
      id: "threshold",
      on: { change: () => {
        this.threshold = Number(choice.value);
        this.onThreshold();
      } },
    }, ...levels);
    return make("div", { class: "bar", role: "group", "aria-label": "The text" },
      make("div", { class: "group" }, this.nextDoubt, this.doubts),
      make("div", { class: "group end" },
        make("label", { for: "threshold" }, "Doubt "), choice, this.undoButton, this.redoButton, this.copyText));
  }

  async #copy() {
    const pages = [...this.sheet.querySelectorAll(".page-text")].map((page) =>
      [...page.querySelectorAll(".block")].map(textOf).join("\n\n"));
    await copy(pages.join("\n\n"));
    announce("The text is copied.");
    this.copyText.textContent = "Copied";
    setTimeout(() => { this.copyText.textContent = "Copy"; }, 1500);
  }

  #lines() {
    return [...this.sheet.querySelectorAll(".line")];
  }

  /** Of all lines one is in the order of Tab; the arrows reach the others. */
  #tabTo(line) {
    if (!line) return;
    for (const other of this.sheet.querySelectorAll('.line[tabindex="0"]')) other.tabIndex = -1;
    line.tabIndex = 0;
  }

  #onClick(event) {
    const line = event.target.closest(".line");
    if (!line || this.editor.element === line) return;
    if (!getSelection().isCollapsed) return; // text is being selected, to copy it
    if (event.pointerType === "touch" && this.touched !== line) return this.focus(line.getAttribute("data-key")); // first look
    this.#edit(line, [event.clientX, event.clientY]);
  }

  /** Makes a line editable, with its picture beneath. */
  #edit(element, point = null) {
    const line = this.#lineOf(element);
    const page = this.file.pages.get(Number(element.getAttribute("data-key").split(".")[0]));
    this.editor.start(element, line.text, point);
    if (line.box && page.picture) element.after(closeUp(page, line.box));
  }

  #onKey(event) {
    const line = event.target.closest(".line");
    if (!line || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const lines = this.#lines();
    const to = {
      ArrowDown: lines.indexOf(line) + 1, ArrowUp: lines.indexOf(line) - 1, Home: 0, End: lines.length - 1,
    }[event.key];
    if (to !== undefined) this.focus(lines[Math.min(lines.length - 1, Math.max(0, to))].getAttribute("data-key"));
    else if (event.key === "Enter" || event.key === "F2" || event.key === " ") this.#edit(line);
    else if (event.key === "n" || event.key === "N") this.jump(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
  }

  #onAnyKey(event) {
    if (!this.file || this.panel.hidden) return;
    const undoing = (event.ctrlKey || event.metaKey) && !isTyping(event.target);
    const key = event.key.toLowerCase();
    if (event.key === "F8") {
      this.editor.finish(true);
      this.jump(event.shiftKey ? -1 : 1);
    } else if (undoing && key === "z") this.#step(event.shiftKey ? redo : undo, event.shiftKey ? "Done again." : "Taken back.");
    else if (undoing && key === "y") this.#step(redo, "Done again.");
    else return;
    event.preventDefault();
  }

  #step(change, told) {
    const key = this.sheet.contains(document.activeElement) ? document.activeElement.getAttribute("data-key") : null;
    const number = change(this.file);
    announce(number === null ? "Nothing to take back." : told);
    if (key) this.focus(key);
  }

  #keep(element, text) {
    const key = element.getAttribute("data-key");
    const [number, b, l] = key.split(".").map(Number);
    const hadFocus = element.contains(document.activeElement);
    if (text !== tidy(this.#lineOf(element).text)) {
      correct(this.file, number, b, l, text);
      announce(text ? "Corrected." : "The line is taken out.");
    } else this.refresh(number);
    if (hadFocus) this.focus(key);
  }

  #lineOf(element) {
    const [number, b, l] = element.getAttribute("data-key").split(".").map(Number);
    return this.file.pages.get(number).read.blocks[b].lines[l];
  }

  #page(page) {
    const { number, read } = page;
    const title = make("h3", { class: "page-title", text: `Page ${number}` });
    const section = make("section", { class: "page-text", "data-page": number, "aria-label": `Text of page ${number}` }, title);
    if (!read) {
      section.append(make("p", { class: "notice", text: "Reading …" }), make("div", { class: "coming" }));
      return section;
    }
    if (read.message || read.status !== "ok") section.append(make("p", { class: "notice", text: saying(read) }));
    const places = new Map(linesOf(read).map(({ line, b, l }) => [line, keyOf(number, b, l)]));
    let level = 3; // of the page's own heading; no level is left out on the way down
    for (const block of read.blocks) {
      if (block.kind === "heading") level = Math.min(block.level + 3, level + 1, 6);
      section.append(this.#block(block, places, level));
    }
    return section;
  }

  #block(block, places, level) {
    if (block.table) return this.#table(block, places);
    const props = { class: `block ${block.kind.replace("_", "-")}`, dir: "auto" };
    const lines = block.lines.map((line) => this.#line(line, places.get(line)));
    if (block.kind === "heading") return make(`h${level}`, { ...props, "data-level": block.level }, ...lines);
    return make("div", { ...props, "data-depth": block.kind === "list_item" ? block.level : null }, ...lines);
  }

  #table(block, places) {
    const found = cellLines(block);
    const linesIn = new Map(found.map(({ cell, lines }) => [cell, lines]));
    const amounts = amountColumns(block.table.rows);
    const cellOf = (cell, column) => {
      const inside = linesIn.get(cell).map((line) => this.#line(line, places.get(line)));
      const span = { rowspan: cell.row_span > 1 && cell.row_span, colspan: cell.column_span > 1 && cell.column_span };
      const name = cell.header && cell.text ? "th" : "td";
      return make(name, { dir: "auto", class: amounts.has(column) ? "amount" : null, ...span }, ...(inside.length ? inside : [cell.text]));
    };
    const rows = block.table.rows.map((row) => make("tr", {}, ...row.map(cellOf)));
    const outside = linesIn.get(null).map((line) => this.#line(line, places.get(line)));
    return make("div", { class: "block table" }, make("table", {}, make("tbody", {}, ...rows)), ...outside);
  }

  #line(line, key) {
    const doubtful = isDoubtful(line, this.threshold);
    const marks = ["line", doubtful && "doubtful", isCorrected(line) && "corrected"].filter(Boolean).join(" ");
    const told = doubtful ? `Doubtful, ${percent(line.confidence)} sure` : isCorrected(line) ? "Corrected by hand" : null;
    return make("span", {
      class: marks, role: "button", tabindex: -1, "data-key": key, title: told, "aria-description": told,
      "data-sure": doubtful ? `${percent(line.confidence)} sure` : null,
    }, ...(doubtful ? this.#words(line) : [line.text]));
  }

  /** The text of a doubtful line with its doubtful words marked; the whole line where no single word is at fault. */
  #words(line) {
    const marked = (text, word) => make("span", { class: "doubt", title: word && `${percent(word.confidence)} sure`, text });
    const pieces = [];
    let rest = line.text;
    for (const word of line.words.filter((each) => isDoubtful(each, this.threshold))) {
      const at = rest.indexOf(word.text);
      if (at < 0) continue;
      pieces.push(rest.slice(0, at), marked(word.text, word));
      rest = rest.slice(at + word.text.length);
    }
    return pieces.length ? [...pieces, rest] : [marked(line.text, null)];
  }
}

/** The picture of a line, large enough to be read, with a little of what is around. */
function closeUp({ picture, width, height }, [left, top, right, bottom]) {
  const around = (bottom - top) * 0.35;
  const [wide, high] = [right - left + 2 * around, bottom - top + 2 * around];
  const view = draw("svg", { class: "close-up", viewBox: `${left - around} ${top - around} ${wide} ${high}`, "aria-hidden": "true" },
    draw("image", { href: picture, width, height, preserveAspectRatio: "none" }));
  view.style.setProperty("--shape", String(wide / high));
  return view;
}

const looksLikeAmount = (text) => /^[-+(]?\s*[£$€¥]?\s*[-+]?[\d.,' ]+\s*(%|[£$€¥]|[A-Z]{3})?\)?$/.test(text) && /\d/.test(text);

/** The columns whose cells are amounts, but for a heading: they are set to the right. */
function amountColumns(rows) {
  const columns = new Map();
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      if (!cell.text || cell.header) continue;
      const seen = columns.get(column) ?? [0, 0];
      columns.set(column, [seen[0] + looksLikeAmount(cell.text), seen[1] + 1]);
    }
  }
  return new Set([...columns].filter(([, [amounts, all]]) => amounts > 0.6 * all).map(([column]) => column));
}

/** A block's text as it is copied: cells of a row with tabs between them. */
function textOf(block) {
  const rows = [...block.querySelectorAll("tr")];
  if (!rows.length) return [...block.querySelectorAll(".line")].map((line) => line.textContent).join("\n");
  const cellText = (cell) => [...cell.childNodes].map((node) => node.textContent).join(" ");
  return rows.map((row) => [...row.cells].map(cellText).join("\t")).join("\n");
}

function saying({ status, message }) {
  const what = { ok: "", blank: "Blank page", unreadable: "Could not be read", failed: "Could not be read" }[status];
  return [what, message].filter(Boolean).join(": ");
}

/** "57 lines, 3 doubtful": what was read, for whoever can't see it. */
export function summary(file, threshold) {
  const lines = documentOf(file).pages.flatMap((page) => page.blocks.flatMap((block) => block.lines));
  const doubtful = lines.filter((line) => isDoubtful(line, threshold)).length;
  return `${count(lines.length, "line")}${doubtful ? `, ${doubtful} doubtful` : ""}`;
}
