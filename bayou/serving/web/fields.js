// The tab "Fields": a schema, and what the document says to it, with evidence. Knows records; not how they are made.

import { needsPictures, request } from "./api.js";
import { announce, byId, copy, make, percent, save } from "./dom.js";
import { evidenceButtons } from "./evidence.js";
import { addFile, documentOf, hasPages } from "./files.js";

const OWN = "own";
const EXAMPLE = `{
  "type": "object",
  "properties": {
    "total": { "type": "number" },
    "date": { "type": "string", "format": "date" }
  }
}`;

export class FieldsView {
  /** `mark`: shows evidence on the pages. */
  constructor(mark) {
    this.mark = mark;
    this.file = null;
    this.schemas = null;
    this.busy = false;
    this.choice = make("select", { id: "schema", on: { change: () => this.#onChoice() } });
    this.own = make("textarea", { id: "own-schema", rows: 9, spellcheck: "false" });
    this.own.value = EXAMPLE;
    this.ownPlace = make("div", { class: "own", hidden: true }, make("label", { for: "own-schema" }, "JSON Schema"), this.own);
    this.button = make("button", { type: "submit", class: "button primary" }, "Find the fields");
    this.result = make("div", { class: "result" });
    const form = make("form", { class: "ask-for", on: { submit: (event) => { event.preventDefault(); this.#find(); } } },
      make("div", { class: "row" }, make("label", { for: "schema" }, "Kind of document"), this.choice, this.button), this.ownPlace);
    byId("panel-fields").append(form, this.result);
  }

  /** Shows what was found in a file. */
  show(file) {
    this.file = file;
    this.refresh();
    this.#draw();
    if (!byId("panel-fields").hidden) this.#offer();
  }

  /** More of the file may have been read. */
  refresh() {
    this.button.disabled = this.busy || !this.file || !hasPages(this.file);
  }

  /** The tab is opened: asks the server once which schemas it has. */
  opened() {
    this.#offer();
    if (this.file?.extraction && !this.busy) this.#draw(); // the text may have been corrected meanwhile
  }

  async #offer() {
    if (this.schemas) return;
    this.schemas = [];
    try {
      const told = await (await request("v1/schemas")).json();
      this.schemas = told.schemas;
    } catch (error) {
      this.schemas = null;
      this.#fail(error.message);
      return;
    }
    this.choice.replaceChildren(
      ...this.schemas.map(({ name, title }) => make("option", { value: name }, title || name)),
      make("option", { value: OWN }, "Own JSON Schema …"));
    this.#onChoice();
  }

  #onChoice() {
    this.ownPlace.hidden = this.choice.value !== OWN;
  }

  async #find() {
    const file = this.file;
    let schema = this.choice.value;
    if (schema === OWN) {
      try {
        JSON.parse(this.own.value);
      } catch (error) {
        this.#fail(`This is not JSON: ${error.message}`);
        return;
      }
      schema = this.own.value;
    }
    const asked = this.choice.value === OWN ? JSON.parse(schema) : this.schemas.find(({ name }) => name === schema)?.schema;
    const body = new FormData();
    body.append("document", JSON.stringify(documentOf(file)));
    body.append("schema", schema);
    const asOf = file.done.at(-1);
    this.busy = true;
    this.refresh();
    this.result.replaceChildren(make("p", { class: "notice", text: "Looking for the fields …" }));
    try {
      if (await needsPictures()) addFile(body, file);
      file.extraction = await (await request("v1/extract", { method: "POST", body })).json();
      file.schema = asked;
      file.asOf = asOf;
      const found = file.extraction.fields.filter((field) => field.value !== null).length;
      announce(`${found} of ${file.extraction.fields.length} fields found.`);
      if (file === this.file) this.#draw();
    } catch (error) {
      if (file === this.file) this.#fail(error.message);
    } finally {
      this.busy = false;
      this.refresh();
    }
  }

  #fail(message) {
    this.result.replaceChildren(make("p", { class: "error", role: "alert", text: message }));
  }

  #draw() {
    this.mark([]);
    const extraction = this.file?.extraction;
    if (!extraction) {
      const text = "Choose what kind of document this is. Each field comes with its place on the page, or with the reason why it is empty.";
      this.result.replaceChildren(make("p", { class: "notice", text }));
      return;
    }
    const { single, lists } = arranged(extraction.fields);
    const corrected = this.file.done.at(-1) !== this.file.asOf;
    this.result.replaceChildren(
      corrected ? make("p", { class: "notice", text: "The text was corrected since these fields were found: find them again." }) : "",
      single.length ? this.#list(single) : "",
      ...[...lists].map(([name, rows]) => this.#listOfRows(name, rows)),
      this.#actions(extraction));
  }

  #list(fields) {
    const row = (field) => make("div", { class: `field${field.value === null ? " empty" : ""}` },
      make("dt", { text: this.#label(field.path) }),
      make("dd", {},
        field.value === null ? make("span", { class: "nothing", text: "not found" }) : make("span", { class: "value", dir: "auto", text: shown(field.value) }),
        field.printed && field.printed !== shown(field.value) ? make("span", { class: "printed", text: `printed “${field.printed}”` }) : null,
        field.value !== null && field.confidence !== null ? make("span", { class: sureness(field.confidence), text: `${percent(field.confidence)} sure` }) : null,
        field.reason ? make("span", { class: "reason", text: field.reason }) : null,
        ...evidenceButtons(field.evidence, this.mark, [shown(field.value), field.printed])));
    return make("dl", { class: "fields" }, ...fields.map(row));
  }

  #listOfRows(name, rows) {
    const columns = [...new Set([...rows.values()].flatMap((row) => [...row.keys()]))];
    const head = make("tr", {}, ...columns.map((column) => make("th", { scope: "col", text: this.#label(column ? `${name}[].${column}` : name) })));
    const body = [...rows.values()].map((row) => make("tr", {}, ...columns.map((column) => this.#cell(row.get(column)))));
    return make("div", { class: "rows", role: "region", tabindex: 0, "aria-label": this.#label(name) },
      make("table", {}, make("caption", { text: this.#label(name) }), make("thead", {}, head), make("tbody", {}, ...body)));
  }

  /** A field's name for people: the schema's title where the record was made by a schema that has one. */
  #label(path) {
    return titleIn(this.file.schema, path) ?? label(path.replace(/^.*\[\]\./, ""));
  }

  #cell(field) {
    if (!field || field.value === null) return make("td", { class: "nothing", text: "—", title: field?.reason });
    const doubtful = field.confidence !== null && field.confidence < 0.9;
    const text = make("span", { class: "value", dir: "auto", text: shown(field.value) });
    const sure = doubtful ? make("span", { class: "sure low", text: percent(field.confidence) }) : null;
    if (!field.evidence.length) return make("td", { title: field.reason }, text, sure);
    const show = () => this.mark(field.evidence);
    return make("td", {}, make("button", {
      type: "button", class: "cell-button", title: "Show it on the page",
      on: { click: show, focus: show, pointerenter: show, blur: () => this.mark([]), pointerleave: () => this.mark([]) },
    }, text, sure));
  }

  #actions(extraction) {
    const text = JSON.stringify(extraction, null, 2);
    const name = `${this.file.name.replace(/\.[^.]*$/, "")}.fields.json`;
    const copied = () => copy(JSON.stringify(extraction.record, null, 2)).then(() => announce("The record is copied."));
    return make("div", { class: "row" },
      make("button", { type: "button", class: "button", on: { click: copied } }, "Copy the record"),
      make("button", { type: "button", class: "button", on: { click: () => save(new Blob([text], { type: "application/json" }), name) } }, "Download JSON"),
      extraction.model ? make("span", { class: "hint", text: `found by ${extraction.model}` }) : null);
  }
}

/** Fields that stand alone, and lists as name → row → column → field. */
export function arranged(fields) {
  const single = [];
  const lists = new Map();
  for (const field of fields) {
    const [, name, row, column] = /^(.*?)\[(\d+)\]\.?(.*)$/.exec(field.path) ?? [];
    if (row === undefined) {
      single.push(field);
      continue;
    }
    if (!lists.has(name)) lists.set(name, new Map());
    const rows = lists.get(name);
    if (!rows.has(row)) rows.set(row, new Map());
    rows.get(row).set(column, field);
  }
  return { single, lists };
}

/** The title that a JSON Schema gives to what stands at a path such as "items[].amount"; null where it gives none. */
export function titleIn(schema, path) {
  let place = schema;
  for (const step of path.replaceAll(/\[\d*\]/g, ".[]").split(".")) {
    place = followed(schema, step === "[]" ? place?.items : place?.properties?.[step]);
  }
  return place?.title ?? null;
}

/** A part of a schema that only names another part of it. */
function followed(schema, part) {
  const named = part?.$ref ?? part?.anyOf?.find((each) => each.$ref)?.$ref;
  const target = named?.startsWith("#/") ? named.slice(2).split("/").reduce((at, step) => at?.[step], schema) : part;
  return target && part?.title ? { ...target, title: part.title } : target;
}

/** "invoice_number" as "Invoice number", "seller.name" as "Seller, name". */
export function label(path) {
  const words = path.replaceAll(".", ", ").replaceAll("_", " ").replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const shown = (value) => (typeof value === "object" ? JSON.stringify(value) : typeof value === "boolean" ? (value ? "yes" : "no") : String(value));
const sureness = (confidence) => `sure${confidence < 0.9 ? " low" : ""}`;
