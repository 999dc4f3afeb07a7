// The list of files: state, progress, what went wrong. Knows elements; what happens to files is told by files.js.

import { byId, count, make } from "./dom.js";
import { again, cancel, drop, files, show } from "./files.js";

/** Draws the whole list again; focus stays where it was. */
export function drawList() {
  const held = document.activeElement?.getAttribute("data-file");
  const kind = document.activeElement?.getAttribute("data-act");
  byId("file-list").replaceChildren(...files.all.map(item));
  if (held) byId("file-list").querySelector(`[data-file="${held}"][data-act="${kind}"]`)?.focus();
}

function item(file) {
  const going = file.state === "reading" || file.state === "waiting";
  const read = readPages(file);
  const bar = file.state === "reading" && make("progress", {
    "aria-label": `Reading ${file.name}`, max: file.count ?? null, value: file.count ? read : null,
  });
  const open = make("button", {
    type: "button", class: "file-open", "data-file": file.id, "data-act": "open",
    "aria-current": file === files.shown ? "true" : null, on: { click: () => show(file) },
  }, make("span", { class: "file-name", text: file.name }), make("span", { class: "file-state", text: stateOf(file) }));
  const close = make("button", {
    type: "button", class: "icon file-close", "data-file": file.id, "data-act": "close",
    "aria-label": going ? `Stop reading ${file.name}` : `Take ${file.name} off the list`,
    title: going ? "Stop reading" : "Take off the list", on: { click: () => (going ? cancel(file) : drop(file)) },
  }, going ? "■" : "×");
  return make("li", { class: "file", "data-state": file.state }, open, close, bar || null);
}

const readPages = (file) => [...file.pages.values()].filter((page) => page.read).length;

/** A file's state in a few words. */
function stateOf(file) {
  const read = readPages(file);
  if (file.state === "waiting") return "Waiting";
  if (file.state === "failed") return file.error.message;
  if (file.state === "cancelled") return read ? `Stopped after ${count(read, "page")}` : "Stopped";
  if (file.state === "read") return count(read, "page");
  return file.note || (file.count > 1 ? `Reading page ${Math.min(read + 1, file.count)} of ${file.count}` : "Reading …");
}

/** What stands over the text where a file failed or was stopped: the reason, and a way on; null where all is well. */
export function trouble(file) {
  if (file.state === "failed" && file.error.code === "password") return passwordForm(file);
  if (file.state !== "failed" && file.state !== "cancelled") return null;
  const text = file.state === "failed" ? file.error.message : "Reading was stopped.";
  return make("div", { class: "trouble" },
    make("p", { class: file.state === "failed" ? "error" : "notice", text }),
    make("button", { type: "button", class: "button", on: { click: () => again(file, file.password) } }, "Read it again"));
}

function passwordForm(file) {
  const input = make("input", { type: "password", id: "password", autocomplete: "off", required: true });
  const submit = (event) => {
    event.preventDefault();
    again(file, input.value);
  };
  return make("form", { class: "trouble", on: { submit } },
    make("p", { class: "error", text: file.error.message }),
    make("label", { for: "password" }, "Password"),
    make("div", { class: "row" }, input, make("button", { type: "submit", class: "button primary" }, "Open")));
}
