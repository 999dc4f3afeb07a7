// Elements made and found. Texts go in as text nodes only, so nothing that a document says can become markup.

const SVG = "http://www.w3.org/2000/svg";

/** The element of the page with this id. */
export const byId = (id) => document.getElementById(id);

/**
 * A new element. `props`: attributes; `on`: listeners by event; `text`: its text; true and false set and leave out.
 * Children are elements or strings; null and false are left out.
 */
export function make(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** The same in SVG. */
export function draw(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "text") element.textContent = value;
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== false && child !== undefined));
  return element;
}

/** Tells a screen reader, politely. The same words twice are told twice. */
export function announce(text) {
  const place = byId("announcer");
  place.textContent = "";
  requestAnimationFrame(() => { place.textContent = text; });
}

/** Whether the user is typing somewhere, so that single keys belong to that place. */
export function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** Scrolls `container`, and nothing else, until `element` is well inside it. */
export function bringInto(container, element) {
  const frame = container.getBoundingClientRect();
  const box = element.getBoundingClientRect();
  const margin = Math.min(40, frame.height / 6);
  const away = (low, high, start, end) =>
    low >= start + margin && high <= end - margin ? 0 : (low + high) / 2 - (start + end) / 2;
  const top = away(box.top, box.bottom, frame.top, frame.bottom);
  const inside = box.left >= frame.left && box.right <= frame.right;
  const left = inside ? 0 : (box.left + box.right) / 2 - (frame.left + frame.right) / 2;
  if (top || left) container.scrollBy({ top, left, behavior: calm.matches ? "auto" : "smooth" });
}

/** Gives the browser a file to save. */
export function save(blob, name) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Puts text on the clipboard; also where the browser has no clipboard for pages without TLS. */
export async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = make("textarea", { class: "unseen", "aria-hidden": "true" });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("The browser does not let this page copy.");
}

/** "1 page", "2 pages". */
export const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** A probability as people say it; never a whole 100 % that isn't one. */
export function percent(share) {
  if (share === 1) return "100 %";
  return `${Math.min(99, Math.round(share * 100))} %`;
}
