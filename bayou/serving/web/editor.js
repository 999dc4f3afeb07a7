// Edits one line where it stands. Knows the caret and the keys; not what becomes of the text.

import { tidy } from "./document.js";

export class LineEditor {
  /** `onKeep`: told the element and its new text, also where it is the old one. */
  constructor(onKeep) {
    this.onKeep = onKeep;
    this.element = null;
    this.before = "";
  }

  /** Makes a line editable; the caret goes to `point`, or all is selected. */
  start(element, text, point = null) {
    if (this.element === element) return;
    this.finish(true);
    this.element = element;
    this.before = text;
    const caret = point && caretAt(...point);
    const offset = caret && element.contains(caret[0]) ? distance(element, ...caret) : null;
    element.replaceChildren(text);
    element.classList.add("editing");
    element.setAttribute("role", "textbox");
    element.setAttribute("aria-label", "Correct this line; Enter keeps it, Escape leaves it as it was");
    element.setAttribute("contenteditable", "plaintext-only");
    element.setAttribute("spellcheck", "false");
    element.addEventListener("keydown", this.#onKey);
    element.addEventListener("blur", this.#onBlur);
    element.focus({ preventScroll: true });
    place(element, offset);
  }

  /** Ends the edit, keeping the text or leaving it as it was. */
  finish(keep) {
    const element = this.element;
    if (!element) return;
    this.element = null;
    element.removeEventListener("keydown", this.#onKey);
    element.removeEventListener("blur", this.#onBlur);
    this.onKeep(element, keep ? tidy(element.textContent) : this.before);
  }

  #onKey = (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" || event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.finish(event.key === "Enter");
    }
  };

  #onBlur = () => this.finish(true);
}

/** The text node and offset under a point of the window. */
function caretAt(x, y) {
  if (document.caretPositionFromPoint) {
    const found = document.caretPositionFromPoint(x, y);
    return found && [found.offsetNode, found.offset];
  }
  const found = document.caretRangeFromPoint?.(x, y);
  return found && [found.startContainer, found.startOffset];
}

/** How many characters of `element` stand before the place. */
function distance(element, node, offset) {
  const range = document.createRange();
  range.setStart(element, 0);
  range.setEnd(node, offset);
  return range.toString().length;
}

function place(element, offset) {
  const selection = getSelection();
  if (!element.firstChild) element.append("");
  if (offset === null) selection.selectAllChildren(element);
  else selection.collapse(element.firstChild, Math.min(offset, element.firstChild.length));
}
