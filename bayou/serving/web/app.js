// Puts the page together: who is told what. Knows the parts by name; what they do stands in their own files.

import { AskView } from "./ask.js";
import { announce, byId } from "./dom.js";
import { ExportView } from "./export.js";
import { FieldsView } from "./fields.js";
import { files, happenings, take } from "./files.js";
import { wireIntake } from "./intake.js";
import { linkViews } from "./links.js";
import { drawList, trouble } from "./list.js";
import { PagesView } from "./pages.js";
import { summary, TextView } from "./text.js";
import { wireTabs } from "./tabs.js";

const text = new TextView();
const pages = new PagesView(
  () => text.threshold,
  (key) => { choose(byId("tab-text")); text.focus(key); },
  (number) => text.showPage(number));
const mark = (evidence) => pages.mark(evidence);
const fields = new FieldsView(mark);
const ask = new AskView(mark);
const exporting = new ExportView();
const views = [pages, text, fields, ask, exporting];

const choose = wireTabs(document.querySelector('[role="tablist"]'), (panel) => {
  pages.mark([]);
  if (panel === "panel-fields") fields.opened();
});
linkViews([pages.viewer, text.sheet]);
wireIntake(take);

text.onThreshold = () => {
  for (const number of files.shown.pages.keys()) {
    pages.refresh(number);
    text.refresh(number);
  }
};

let shown = null;
happenings.addEventListener("list", () => {
  drawList();
  const any = files.all.length > 0;
  document.body.dataset.view = any ? "work" : "start";
  byId("work").hidden = !any;
  byId("start").hidden = any;
  document.title = files.shown ? `${files.shown.name} – bayou` : "bayou";
  if (files.shown !== shown || files.shown?.state === "waiting") {
    shown = files.shown;
    for (const view of views) view.show(shown);
  }
  drawTrouble();
});

happenings.addEventListener("state", ({ detail: { file } }) => {
  drawList();
  if (file.state === "read") announce(`${file.name} is read: ${summary(file, text.threshold)}.`);
  if (file.state === "failed") announce(`${file.name}: ${file.error.message}`);
  if (file !== shown) return;
  drawTrouble();
  for (const view of [fields, ask, exporting]) view.refresh();
});

happenings.addEventListener("page", ({ detail: { file, number } }) => {
  if (file !== shown) return;
  pages.refresh(number);
  text.refresh(number);
});

happenings.addEventListener("lines", ({ detail: { file, number } }) => {
  if (file !== shown) return;
  pages.addLines(number);
  text.addLines(number);
});

function drawTrouble() {
  document.querySelector(".trouble")?.remove();
  const told = shown && trouble(shown);
  if (told) text.sheet.before(told);
}

byId("where").textContent = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname)
  ? "Files stay on this computer"
  : `Files go to ${location.host} and nowhere else`;
