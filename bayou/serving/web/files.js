// The files of this tab: queue, reading, corrections and their undoing. Knows the server's stream; no page elements.

import { ApiError, events, request } from "./api.js";
import { corrected } from "./document.js";

const AT_ONCE = 2; // files
const AT_A_TIME = 10; // pages of a file that one request is for: long files pass the server's limits, and others get their turn
const SCHEMA_VERSION = 1;

/**
 * Says what happens to whoever listens: "list" (files came or went, or another is shown), "state" (a file's state),
 * "lines" (lines of a page are in), "page" (a page is read or changed). `detail`: { file, number }.
 */
export const happenings = new EventTarget();
const tell = (kind, file = null, number = 0) => happenings.dispatchEvent(new CustomEvent(kind, { detail: { file, number } }));

/** All files, in the order they came; `shown` is the one the user looks at. */
export const files = { all: [], shown: null };

let named = 0;

/** Takes files in, and begins to read. The first one is shown where none is. */
export function take(given) {
  for (const blob of given) {
    const file = {
      id: (named += 1), blob, name: blob.name || "Screenshot.png", state: "waiting", error: null, note: "", password: "",
      count: null, pages: new Map(), head: null, done: [], undone: [], turns: [], extraction: null, schema: null, asOf: undefined, controller: null,
    };
    files.all.push(file);
    files.shown ??= file;
  }
  tell("list");
  next();
}

/** Shows another file. */
export function show(file) {
  files.shown = file;
  tell("list");
}

/** Stops reading a file; what is read stays. */
export function cancel(file) {
  if (file.state === "waiting") change(file, "cancelled");
  file.controller?.abort();
}

/** Takes a file out of the list. */
export function drop(file) {
  cancel(file);
  for (const page of file.pages.values()) if (page.picture) URL.revokeObjectURL(page.picture);
  const place = files.all.indexOf(file);
  files.all.splice(place, 1);
  if (files.shown === file) files.shown = files.all[Math.min(place, files.all.length - 1)] ?? null;
  tell("list");
}

/** Reads a file once more from its beginning, for instance with the password it wanted. */
export function again(file, password = "") {
  Object.assign(file, { state: "waiting", error: null, password, count: null, pages: new Map(), head: null, done: [], undone: [] });
  tell("list");
  next();
}

/** The Document in the server's JSON, with the corrections; of a file that was cancelled, the pages that are there. */
export function documentOf(file) {
  const pages = [...file.pages.values()].filter((page) => page.read).map((page) => page.read);
  const head = file.head ?? { name: file.name, sha256: "", model: "", metadata: {}, schema_version: SCHEMA_VERSION };
  return { ...head, pages };
}

/** Puts a file, and what opens it, into a form. */
export function addFile(form, file) {
  form.append("file", file.blob, file.name);
  if (file.password) form.append("password", file.password);
}

/** Whether there is anything to ask, extract or export. */
export const hasPages = (file) => [...file.pages.values()].some((page) => page.read);

/** A human says what a line says. */
export function correct(file, number, b, l, text) {
  const page = file.pages.get(number);
  const before = page.read;
  page.read = corrected(before, b, l, text);
  file.done.push({ number, before, after: page.read });
  file.undone = [];
  tell("page", file, number);
}

/** Takes the last correction back; its page's number, or null where there is none. */
export const undo = (file) => step(file, file.done, file.undone, "before");

/** Makes a correction again that was taken back. */
export const redo = (file) => step(file, file.undone, file.done, "after");

function step(file, from, to, which) {
  const change = from.pop();
  if (!change) return null;
  to.push(change);
  file.pages.get(change.number).read = change[which];
  tell("page", file, change.number);
  return change.number;
}

function change(file, state, error = null) {
  Object.assign(file, { state, error, note: "" });
  tell("state", file);
}

function next() {
  const busy = files.all.filter((file) => file.state === "reading").length;
  for (const file of files.all.filter((each) => each.state === "waiting").slice(0, AT_ONCE - busy)) read(file);
}

async function read(file) {
  file.controller = new AbortController();
  change(file, "reading");
  try {
    let first = 1;
    do {
      await readPages(file, first, file.controller.signal);
      first += AT_A_TIME;
    } while (first <= file.count);
    change(file, "read");
  } catch (error) {
    if (error.name === "AbortError") change(file, "cancelled");
    else change(file, "failed", error);
  } finally {
    file.controller = null;
    next();
  }
}

async function readPages(file, first, signal) {
  const body = new FormData();
  addFile(body, file);
  body.append("pages", `${first}-${first + AT_A_TIME - 1}`);
  body.append("stream", "true");
  body.append("images", "true");
  const onWait = (seconds) => {
    file.note = `The server is busy; asked again in ${seconds} s`;
    tell("state", file);
  };
  const response = await request("v1/read", { method: "POST", body, signal, onWait });
  file.note = "";
  let ended = false;
  for await (const { event, data } of events(response)) {
    arrived(file, event, data);
    ended ||= event === "done";
  }
  if (!ended) throw new ApiError("The server stopped before the end of the file.");
}

function arrived(file, event, data) {
  if (event === "error") throw new ApiError(data.message, data.status, data.error?.code ?? "");
  if (event === "pages") file.count = data.total;
  if (event === "page_start") {
    const { page: number, width, height } = data;
    file.pages.set(number, { number, width, height, picture: data.image ? pictureOf(data.image) : null, lines: [], read: null });
    tell("page", file, number);
  }
  if (event === "lines") {
    file.pages.get(data.page).lines.push(...data.lines);
    tell("lines", file, data.page);
  }
  if (event === "page") {
    const { number, width, height } = data; // a page that could not be drawn has not begun
    const begun = file.pages.get(number) ?? { number, width, height, picture: null };
    file.pages.set(number, { ...begun, read: data, lines: [] });
    tell("page", file, number);
  }
  if (event === "done") {
    const { pages: _, ...head } = data;
    file.head = { ...head, model: file.head?.model || head.model }; // "" where all of these pages carry their own text
  }
  if (event !== "lines") tell("state", file);
}

/** A data URL as the address of a blob: the browser may then forget the long text. */
function pictureOf(address) {
  const [, kind, coded] = /^data:(image\/[a-z]+);base64,(.*)$/.exec(address) ?? [];
  if (!coded) throw new ApiError("The server sent a picture that this page does not know.");
  const bytes = Uint8Array.from(atob(coded), (letter) => letter.charCodeAt(0));
  return URL.createObjectURL(new Blob([bytes], { type: kind }));
}
