// A document as the server's JSON has it: its lines, doubts and corrections. Knows no page elements and no server.

/** Of every line of a page, in reading order: the line, and its place as block and index. */
export function linesOf(page) {
  return page.blocks.flatMap((block, b) => block.lines.map((line, l) => ({ line, b, l })));
}

/** Whether a line, or word, is less sure than `threshold`. What says no confidence is not called doubtful. */
export const isDoubtful = (item, threshold) => item.confidence !== null && item.confidence < threshold;

/** Whether a human has changed the line. */
export const isCorrected = (line) => line.source === "hand";

/** Text as a line holds it: in one row, nothing around it. */
export const tidy = (text) => text.replace(/[\r\n\t\u00a0]+/g, " ").trim();

/** The page with line `l` of block `b` saying `text`; with no text the line goes. A new page, the old one stays. */
export function corrected(page, b, l, text) {
  const said = tidy(text);
  const block = page.blocks[b];
  const line = block.lines[l];
  const lines = said ? block.lines.with(l, rewritten(line, said)) : block.lines.toSpliced(l, 1);
  const table = block.table ? retold(block, line, said) : null;
  const blocks = lines.length ? page.blocks.with(b, { ...block, lines, table }) : page.blocks.toSpliced(b, 1);
  return { ...page, blocks };
}

function rewritten(line, said) {
  const words = line.box && line.words.length ? wordsOf(line, said.split(/\s+/)) : [];
  return { ...line, text: said, confidence: 1, source: "hand", words };
}

/** Words at the ends that stay as they were keep their boxes; the ones between share the space in between. */
function wordsOf(line, texts) {
  const old = line.words;
  const most = Math.min(old.length, texts.length);
  let head = 0;
  while (head < most && old[head].text === texts[head]) head += 1;
  let tail = 0;
  while (tail < most - head && old.at(-1 - tail).text === texts.at(-1 - tail)) tail += 1;
  const changed = texts.slice(head, texts.length - tail);
  const gone = old.slice(head, old.length - tail);
  const fresh = gone.length === changed.length
    ? changed.map((text, k) => ({ ...gone[k], text, confidence: 1, source: "hand" }))
    : spread(changed, space(line, head, tail));
  return [...old.slice(0, head), ...fresh, ...old.slice(old.length - tail)];
}

function space(line, head, tail) {
  const left = head ? line.words[head - 1].box[2] : line.box[0];
  const right = tail ? line.words.at(-tail).box[0] : line.box[2];
  return [Math.min(left, right), line.box[1], Math.max(left, right), line.box[3]];
}

/** A width for each word by its count of characters, with a character's room between words. */
function spread(texts, [left, top, right, bottom]) {
  const sizes = texts.map((text) => [...text].length);
  const letter = (right - left) / (sizes.reduce((sum, size) => sum + size, 0) + Math.max(0, texts.length - 1) || 1);
  let at = left;
  return texts.map((text, k) => {
    const box = [at, top, Math.min(right, at + sizes[k] * letter), bottom];
    at += (sizes[k] + 1) * letter;
    return { text, box, confidence: 1, source: "hand" };
  });
}

/** The block's table with the line's old text replaced in the cell that holds it. */
function retold(block, line, said) {
  const cell = cellLines(block).find(({ lines }) => lines.includes(line))?.cell;
  if (!cell) return block.table;
  const place = cell.text.indexOf(line.text);
  const text = place < 0 ? said : (cell.text.slice(0, place) + said + cell.text.slice(place + line.text.length)).trim();
  return { rows: block.table.rows.map((row) => row.map((each) => (each === cell ? { ...cell, text } : each))) };
}

/** Of each cell of a table block the lines that stand in it, and under `cell: null` those that stand in none. */
export function cellLines(block) {
  const cells = block.table.rows.flat().map((cell) => ({ cell, lines: [] }));
  const outside = [];
  for (const line of block.lines) {
    const [x, y] = line.box ? [(line.box[0] + line.box[2]) / 2, (line.box[1] + line.box[3]) / 2] : [NaN, NaN];
    const within = cells.filter(({ cell: { box } }) => box[0] <= x && x <= box[2] && box[1] <= y && y <= box[3]);
    const home = within.find(({ cell }) => cell.text.includes(line.text)) ?? within[0];
    if (home) home.lines.push(line);
    else outside.push(line);
  }
  return [...cells, { cell: null, lines: outside }];
}

/** The outline of a line on its page, as SVG points; null where its place isn't known. */
export function outline({ box, quad }) {
  if (quad) return quad.map((point) => point.join(",")).join(" ");
  if (!box) return null;
  const [left, top, right, bottom] = box;
  return `${left},${top} ${right},${top} ${right},${bottom} ${left},${bottom}`;
}
