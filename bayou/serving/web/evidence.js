// Evidence as a button: its page and quote; on hover, focus and click it shows where that stands. Knows no views.

import { make } from "./dom.js";

/**
 * Buttons for a list of { quote, page, boxes }; `mark` shows some of them on the pages, `mark([])` none. A quote that is
 * among `said` already is not said again.
 */
export function evidenceButtons(evidence, mark, said = []) {
  return evidence.map((item) =>
    make("button", {
      type: "button", class: "evidence-button", title: "Show it on the page",
      on: {
        click: () => mark([item]),
        focus: () => mark([item]),
        pointerenter: (event) => { if (event.pointerType === "mouse") mark([item]); },
        pointerleave: (event) => { if (event.currentTarget !== document.activeElement) mark([]); },
        blur: () => mark([]),
      },
    }, make("span", { class: "evidence-page", text: `p. ${item.page}` }), item.quote && !said.includes(item.quote) ? make("q", { text: item.quote }) : null));
}
