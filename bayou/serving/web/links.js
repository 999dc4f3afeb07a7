// Joins what stands in two views: a line in the text and its box on the page. Knows keys on elements; not what they are.

import { bringInto } from "./dom.js";

/** "2.0.3": page 2, block 0, line 3; "2.~.7": line 7 of a page that is being read. */
export const keyOf = (number, b, l) => `${number}.${b}.${l}`;

const REST = 90; // milliseconds on a line before the other view moves

/** Hovering or focusing an element with `data-key` in one view lights, and shows, its counterpart in the other. */
export function linkViews(views) {
  let timer = 0;
  let hovered = null;
  let focused = null;
  const light = () => {
    for (const view of views) {
      for (const lit of view.querySelectorAll(".lit")) lit.classList.remove("lit");
      for (const key of new Set([hovered, focused])) if (key) find(view, key)?.classList.add("lit");
    }
  };
  const showIn = (others, key) => {
    clearTimeout(timer);
    timer = setTimeout(() => others.forEach((view) => {
      const element = find(view, key);
      if (element) bringInto(view, element);
    }), REST);
  };
  for (const view of views) {
    const others = views.filter((other) => other !== view);
    view.addEventListener("pointerover", (event) => {
      const key = keyAt(event.target);
      if (key === hovered) return;
      hovered = key;
      light();
      if (key && event.pointerType === "mouse") showIn(others, key);
    });
    view.addEventListener("pointerleave", () => { hovered = null; clearTimeout(timer); light(); });
    view.addEventListener("focusin", (event) => {
      focused = keyAt(event.target);
      hovered = null; // where the pointer was left lying is of no interest now
      light();
      if (focused) showIn(others, focused);
    });
    view.addEventListener("focusout", () => { focused = null; light(); });
  }
}

const keyAt = (target) => target.closest?.("[data-key]")?.getAttribute("data-key") ?? null;
const find = (view, key) => view.querySelector(`[data-key="${CSS.escape(key)}"]`);
