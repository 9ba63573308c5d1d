// Changing single values in the text of a site file, so that its comments and its order stay.
// Not a reader of TOML: the service reads it and says what is wrong. This finds tables and values.

export type Kind = "levels" | "lines" | "sensors";

export const ID_KEYS: Readonly<Record<Kind, string>> = { levels: "level_id", lines: "line_id", sensors: "sensor_id" };

/** One `[[kind]]` table with what belongs to it; rows of the text, the end is not in it. */
export interface Block {
  readonly kind: Kind;
  readonly id: string;
  readonly start: number;
  readonly end: number;
  /** Tables of its own, such as `settings`: from where to where. */
  readonly parts: readonly { readonly name: string; readonly start: number; readonly end: number }[];
}

const HEADER = /^\s*\[(\[?)\s*([A-Za-z0-9_."-]+)\s*\]?\]/;

export function blocksOf(text: string): readonly Block[] {
  const rows = text.split("\n");
  const heads = rows.flatMap((row, at) => {
    const found = HEADER.exec(row);
    return found === null ? [] : [{ at, isArray: found[1] === "[", name: (found[2] ?? "").replaceAll(" ", "") }];
  });
  const blocks: Block[] = [];
  heads.forEach((head, number) => {
    if (!head.isArray || !(head.name in ID_KEYS)) return;
    const kind = head.name as Kind;
    let last = number;
    while (heads[last + 1]?.name.startsWith(`${kind}.`)) last += 1;
    const parts = heads.slice(number + 1, last + 1).map((part, i) => ({
      name: part.name.slice(kind.length + 1),
      start: part.at,
      end: endOf(rows, heads[number + 2 + i]?.at ?? rows.length),
    }));
    const end = endOf(rows, heads[last + 1]?.at ?? rows.length);
    const block = { kind, id: "", start: head.at, end, parts };
    blocks.push({ ...block, id: textOf(valueIn(rows, block, ID_KEYS[kind])) });
  });
  return blocks;
}

/** Comments and empty rows right before the next table belong to that one. */
function endOf(rows: readonly string[], next: number): number {
  let end = next;
  while (end > 0 && /^\s*(#.*)?$/.test(rows[end - 1] ?? "")) end -= 1;
  return end;
}

export function findBlock(text: string, kind: Kind, id: string): Block | undefined {
  return blocksOf(text).find((one) => one.kind === kind && one.id === id);
}

/** The value of a key as it is written, or nothing. `part` is a table of its own, such as `settings`. */
export function rawValue(text: string, block: Block, key: string, part = ""): string {
  return valueIn(text.split("\n"), block, key, part);
}

export function numbersOf(raw: string): readonly number[] {
  const found = raw.match(/[+-]?(\d[\d_]*\.?\d*|\.\d+)([eE][+-]?\d+)?/g) ?? [];
  return found.map((one) => Number(one.replaceAll("_", "")));
}

export function numberOf(raw: string): number | null {
  const value = raw === "" ? Number.NaN : Number(raw.replaceAll("_", ""));
  return Number.isFinite(value) ? value : null;
}

export function textOf(raw: string): string {
  return /^(["'])(.*)\1$/.exec(raw)?.[2] ?? "";
}

/** The text with another value; what stands behind it on the row stays. */
export function withValue(text: string, block: Block, key: string, value: string): string {
  const rows = text.split("\n");
  const at = rowOf(rows, block, key, "");
  if (at < 0) {
    rows.splice(block.start + 1, 0, `${key} = ${value}`);
    return rows.join("\n");
  }
  const row = rows[at] ?? "";
  const [head, , comment] = split(row);
  // A list may go over several rows: all of it is replaced.
  let last = at;
  if (opens(rows[at] ?? "") > 0) {
    for (let depth = 0; last < block.end; last += 1) {
      depth += opens(rows[last] ?? "");
      if (depth <= 0) break;
    }
  }
  rows.splice(at, last - at + 1, `${head}= ${value}${comment === "" || last > at ? "" : ` ${comment}`}`);
  return rows.join("\n");
}

/** The text without a table, and without the comment that stands right above it. */
export function withoutBlock(text: string, block: Block): string {
  const rows = text.split("\n");
  let start = block.start;
  while (start > 0 && /^\s*#/.test(rows[start - 1] ?? "")) start -= 1;
  let end = block.end;
  while (end < rows.length && rows[end]?.trim() === "") end += 1;
  rows.splice(start, end - start);
  return rows.join("\n");
}

/** The text with a table after the last one of its kind, or at the end. */
export function withBlock(text: string, kind: Kind, body: string): string {
  const rows = text.split("\n");
  const last = blocksOf(text).findLast((one) => one.kind === kind);
  rows.splice(last?.end ?? rows.length, 0, "", ...body.trimEnd().split("\n"));
  return rows.join("\n");
}

export function bodyOf(text: string, block: Block): string {
  return text.split("\n").slice(block.start, block.end).join("\n");
}

function valueIn(rows: readonly string[], block: Block, key: string, part = ""): string {
  const at = rowOf(rows, block, key, part);
  if (at < 0) return "";
  let raw = split(rows[at] ?? "")[1];
  for (let row = at + 1; row < block.end && opens(raw) > 0; row += 1) raw += ` ${bare(rows[row] ?? "")}`;
  return raw.trim();
}

function rowOf(rows: readonly string[], block: Block, key: string, part: string): number {
  const inner = block.parts.find((one) => one.name === part);
  if (part !== "" && inner === undefined) return -1;
  const start = inner?.start ?? block.start;
  const end = inner?.end ?? block.parts[0]?.start ?? block.end;
  for (let at = start + 1; at < end; at += 1) {
    if (split(rows[at] ?? "")[0].trim() === key) return at;
  }
  return -1;
}

/** A row in three: what stands before the equals sign, the value, the comment. */
function split(row: string): readonly [string, string, string] {
  const equals = row.indexOf("=");
  const hash = commentAt(row);
  if (equals < 0 || (hash >= 0 && hash < equals)) return [row, "", ""];
  const value = hash < 0 ? row.slice(equals + 1) : row.slice(equals + 1, hash);
  return [row.slice(0, equals), value.trim(), hash < 0 ? "" : row.slice(hash)];
}

function commentAt(row: string): number {
  let quote = "";
  for (let at = 0; at < row.length; at += 1) {
    const sign = row[at] ?? "";
    if (quote !== "") quote = sign === quote ? "" : quote;
    else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === "#") return at;
  }
  return -1;
}

function bare(row: string): string {
  const hash = commentAt(row);
  return hash < 0 ? row : row.slice(0, hash);
}

function opens(row: string): number {
  const text = bare(row).replace(/(["']).*?\1/g, "");
  return (text.match(/\[/g)?.length ?? 0) - (text.match(/\]/g)?.length ?? 0);
}
