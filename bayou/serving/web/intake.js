// How files come in: dropped, chosen, pasted, photographed. Knows the browser's events; not what is done with files.

import { byId } from "./dom.js";

/** Gives the files to `take`, as a list, wherever they come from. */
export function wireIntake(take) {
  const inputs = [byId("file-input"), byId("photo-input")];
  for (const input of inputs) {
    input.addEventListener("change", () => {
      take([...input.files]);
      input.value = ""; // the same file may be chosen again
    });
  }
  for (const id of ["choose", "add"]) byId(id).addEventListener("click", () => inputs[0].click());
  for (const id of ["photo", "add-photo"]) byId(id).addEventListener("click", () => inputs[1].click());
  document.addEventListener("paste", (event) => {
    const given = [...event.clipboardData.files];
    if (!given.length) return;
    event.preventDefault();
    take(given.map(named));
  });
  wireDrop(take);
}

/** A screenshot on the clipboard is always called image.png; the time tells one from the other. */
function named(file) {
  if (file.name !== "image.png") return file;
  const time = new Date().toLocaleTimeString("en-GB").replaceAll(":", ".");
  return new File([file], `Screenshot ${time}.png`, { type: file.type });
}

function wireDrop(take) {
  const veil = byId("dropping");
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0; // dragenter and dragleave come for every element on the way
  const leave = () => { depth = 0; veil.hidden = true; };
  addEventListener("dragenter", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    depth += 1;
    veil.hidden = false;
  });
  addEventListener("dragleave", (event) => { if (carries(event) && (depth -= 1) <= 0) leave(); });
  addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    leave();
    take([...event.dataTransfer.files]);
  });
}
