// The tab "Export": the document, corrections and all, in other formats. Knows their names; the server makes them.

import { request } from "./api.js";
import { announce, byId, copy, make, save } from "./dom.js";
import { addFile, documentOf, hasPages } from "./files.js";

const FORMATS = [
  { to: "markdown", name: "Markdown", what: "Headings, lists and tables", end: "md", text: true },
  { to: "text", name: "Plain text", what: "Lines as printed", end: "txt", text: true },
  { to: "pdf", name: "Searchable PDF", what: "The pages with their text, to search and copy", end: "pdf" },
  { to: "csv", name: "CSV", what: "The tables", end: "csv", text: true },
  { to: "json", name: "JSON", what: "Everything: boxes, confidences, what was corrected by hand", end: "json", text: true },
  { to: "html", name: "HTML", what: "One page that stands alone", end: "html", text: true },
  { to: "hocr", name: "hOCR", what: "Boxes for other OCR programs", end: "hocr.html", text: true },
  { to: "alto", name: "ALTO", what: "Boxes for libraries", end: "alto.xml", text: true },
  { to: "tsv", name: "TSV", what: "Words with boxes, as Tesseract writes them", end: "tsv", text: true },
];

export class ExportView {
  constructor() {
    this.file = null;
    this.told = make("p", { class: "notice" });
    this.list = make("ul", { class: "formats" }, ...FORMATS.map((format) => this.#row(format)));
    byId("panel-export").append(this.told, this.list);
  }

  /** Offers a file's formats. */
  show(file) {
    this.file = file;
    this.refresh();
  }

  /** More of the file may have been read. */
  refresh() {
    const { file } = this;
    const ready = file && hasPages(file);
    const whole = file?.state === "read";
    this.#tell(!ready ? "Nothing is read yet." : whole ? "Corrections are in every format." : "Only the pages that are read so far.");
    for (const button of this.list.querySelectorAll("button")) button.disabled = !ready;
  }

  #row(format) {
    const download = make("button", {
      type: "button", class: "button", "data-to": format.to, "aria-label": `Download ${format.name}`,
      on: { click: ({ currentTarget }) => this.#make(format, currentTarget, false) },
    }, "Download");
    const copying = format.text && make("button", {
      type: "button", class: "button", "aria-label": `Copy ${format.name}`,
      on: { click: ({ currentTarget }) => this.#make(format, currentTarget, true) },
    }, "Copy");
    return make("li", { class: "format" },
      make("div", { class: "format-name" }, make("strong", { text: format.name }), make("span", { class: "hint", text: format.what })),
      copying || null, download);
  }

  async #make(format, button, toClipboard) {
    const file = this.file;
    const body = new FormData();
    body.append("document", JSON.stringify(documentOf(file)));
    body.append("to", format.to);
    if (format.to === "pdf") addFile(body, file);
    button.disabled = true;
    try {
      const response = await request("v1/export", { method: "POST", body });
      if (toClipboard) {
        await copy(await response.text());
        this.#tell(`${format.name} is copied.`);
      } else {
        const name = nameIn(response) ?? `${file.name.replace(/\.[^.]*$/, "")}.${format.end}`;
        save(await response.blob(), name);
        this.#tell(`${name} is downloaded.`);
      }
      announce(this.told.textContent);
    } catch (error) {
      this.#tell(`${format.name}: ${error.message}`, true);
    } finally {
      button.disabled = false;
    }
  }

  #tell(text, wrong = false) {
    this.told.textContent = text;
    this.told.className = wrong ? "error" : "notice";
    if (wrong) this.told.setAttribute("role", "alert");
    else this.told.removeAttribute("role");
  }
}

/** The file name that a response gives, if it does. */
function nameIn(response) {
  const said = response.headers.get("Content-Disposition") ?? "";
  const coded = /filename\*=UTF-8''([^;]+)/i.exec(said)?.[1];
  return coded ? decodeURIComponent(coded) : /filename="([^"]+)"/i.exec(said)?.[1] ?? null;
}
