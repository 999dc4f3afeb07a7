// The tab "Ask": questions about the document and what comes back, with evidence. Knows turns; not who answers.

import { needsPictures, request } from "./api.js";
import { byId, make, percent } from "./dom.js";
import { evidenceButtons } from "./evidence.js";
import { addFile, documentOf, hasPages } from "./files.js";

export class AskView {
  /** `mark`: shows evidence on the pages. */
  constructor(mark) {
    this.mark = mark;
    this.file = null;
    this.busy = false;
    this.log = make("div", { class: "log", role: "log", "aria-label": "Questions and answers", tabindex: 0 });
    this.input = make("input", { type: "text", id: "question", autocomplete: "off", placeholder: "What is the total?" });
    this.button = make("button", { type: "submit", class: "button primary" }, "Ask");
    byId("panel-ask").append(this.log, make("form", {
      class: "question", on: { submit: (event) => { event.preventDefault(); this.#ask(); } },
    }, make("label", { for: "question", class: "unseen" }, "Question about this document"), this.input, this.button));
  }

  /** Shows the questions about a file. */
  show(file) {
    this.file = file;
    this.refresh();
    this.#draw();
  }

  /** More of the file may have been read. */
  refresh() {
    this.button.disabled = this.busy || !this.file || !hasPages(this.file);
  }

  async #ask() {
    const file = this.file;
    const question = this.input.value.trim();
    if (!question || this.button.disabled) return;
    const turn = { question, answer: null, error: "" };
    const history = file.turns.filter(({ answer }) => answer).map((each) => [each.question, each.answer.text]);
    file.turns.push(turn);
    this.input.value = "";
    this.busy = true;
    this.refresh();
    this.#draw();
    const body = new FormData();
    body.append("document", JSON.stringify(documentOf(file)));
    body.append("question", question);
    body.append("history", JSON.stringify(history));
    try {
      if (await needsPictures()) addFile(body, file);
      turn.answer = await (await request("v1/ask", { method: "POST", body })).json();
    } catch (error) {
      turn.error = error.message;
    }
    this.busy = false;
    this.refresh();
    if (file === this.file) this.#draw();
  }

  #draw() {
    this.mark([]);
    const turns = this.file?.turns ?? [];
    const hint = make("p", { class: "notice", text: "Ask about this document. The answer names the page it stands on, or says that it is not there." });
    this.log.replaceChildren(...(turns.length ? turns.map((turn) => this.#turn(turn)) : [hint]));
    this.log.scrollTop = this.log.scrollHeight;
  }

  #turn({ question, answer, error }) {
    const parts = [make("p", { class: "asked", dir: "auto", text: question })];
    if (error) parts.push(make("p", { class: "error", text: error }));
    else if (!answer) parts.push(make("p", { class: "notice", text: "…" }));
    else parts.push(...this.#answer(answer));
    return make("div", { class: "turn" }, ...parts);
  }

  #answer({ text, found, confidence, model, evidence, note }) {
    const said = found === false ? "Not in this document." : text;
    const by = [
      model, found !== false && confidence !== null && confidence !== undefined ? `${percent(confidence)} sure` : "",
    ].filter(Boolean).join(", ");
    return [
      said ? make("p", { class: found === false ? "answer absent" : "answer", dir: "auto", text: said }) : "",
      found === false && text && !/^not in this document/i.test(text) ? make("p", { class: "hint", text }) : "",
      evidence?.length ? make("div", { class: "evidences" }, ...evidenceButtons(evidence, this.mark)) : "",
      note ? make("p", { class: "hint", text: note }) : "",
      by ? make("p", { class: "hint", text: by }) : "",
    ];
  }
}
