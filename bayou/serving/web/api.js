// Speaks HTTP with bayou serve: key, errors, events. Knows nothing of pages and panels.

import { byId } from "./dom.js";

const KEY = "bayou-api-key";
const LONGEST_WAIT = 30; // seconds before a busy server is asked again
const MOST_WAITS = 20;

/** What the server, or the way to it, has against a request. */
export class ApiError extends Error {
  constructor(message, status = 0, code = "") {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * The response to a request that succeeded. Asks for the key where the server wants one, waits where it is busy.
 * `onWait` is told the seconds before the server is asked again.
 */
export async function request(path, { method = "GET", body, signal, onWait } = {}) {
  for (let waits = 0; ; ) {
    const key = sessionStorage.getItem(KEY);
    const headers = key ? { Authorization: `Bearer ${key}` } : {};
    if (typeof body === "string") headers["Content-Type"] = "application/json";
    const response = await reach(path, { method, body, signal, headers });
    if (response.ok) return response;
    const error = await errorOf(response);
    if (response.status === 401) {
      if (sessionStorage.getItem(KEY) !== key) continue; // another request has asked meanwhile
      if (!(await askForKey(Boolean(key)))) throw error;
    } else if (response.status === 429 && waits < MOST_WAITS) {
      waits += 1;
      const seconds = Math.min(LONGEST_WAIT, Number(response.headers.get("Retry-After")) || 2);
      onWait?.(seconds);
      await pause(seconds * 1000, signal);
    } else throw error;
  }
}

let sees = null;

/** Whether the server's model looks at pictures to answer; nano and the like need only what was read. */
export function needsPictures() {
  sees ??= request("v1/models").then((response) => response.json()).then(({ data }) => data.some(({ answers }) => answers));
  return sees.catch((error) => { sees = null; throw error; });
}

async function reach(path, options) {
  try {
    return await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("The server does not answer. Is bayou serve still running?");
  }
}

async function errorOf(response) {
  const said = await response.json().catch(() => null);
  const error = said?.error ?? {};
  const message = typeof error.message === "string" ? error.message : typeof said?.detail === "string" ? said.detail : "";
  return new ApiError(message || `The server answers ${response.status} ${response.statusText}.`, response.status, error.code ?? "");
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
  });
}

/** The server-sent events of a response: `{ event, data }`, data parsed from JSON. */
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const parts = (waiting + value).replaceAll("\r\n", "\n").split("\n\n");
      waiting = parts.pop();
      for (const part of parts) {
        const event = eventOf(part);
        if (event) yield event;
      }
    }
  } catch (error) {
    if (error.name === "AbortError" || error instanceof ApiError) throw error;
    throw new ApiError("The connection to the server broke off.");
  } finally {
    reader.cancel().catch(() => {});
  }
}

function eventOf(block) {
  let event = "message";
  const data = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) event = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
  return data.length ? { event, data: JSON.parse(data.join("\n")) } : null;
}

let asking = null;

/** Asks the user for the key; true when there is a new one. Questions at the same time are one. */
function askForKey(refused) {
  asking ??= new Promise((resolve) => {
    const dialog = byId("key-dialog");
    const input = byId("key-input");
    byId("key-title").textContent = refused ? "The server does not take this key" : "This server wants a key";
    const finish = (given) => {
      if (given) sessionStorage.setItem(KEY, given);
      else sessionStorage.removeItem(KEY);
      input.value = "";
      asking = null;
      resolve(Boolean(given));
    };
    byId("key-cancel").onclick = () => dialog.close("");
    byId("key-form").onsubmit = (event) => {
      event.preventDefault();
      dialog.close(input.value.trim());
    };
    dialog.returnValue = "";
    dialog.onclose = () => {
      const given = dialog.returnValue;
      dialog.returnValue = "";
      finish(given);
    };
    dialog.showModal();
    input.focus();
  });
  return asking;
}
