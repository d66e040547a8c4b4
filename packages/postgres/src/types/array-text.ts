// PostgreSQL's array text, `{a,"b c",NULL}`, for arrays whose elements have only a text form here.

import { DataError } from "../errors.ts";
import { chunkOf } from "../wire/chunk.ts";
import { MessageWriter } from "../wire/message-writer.ts";
import { dimensionsOf } from "./array-shape.ts";
import type { Codec } from "./codec.ts";

export function parseArrayText(text: string, element: Codec): unknown[] {
  const delimiter = element.delimiter ?? ",";
  let position = text.startsWith("[") ? text.indexOf("=") + 1 : 0;
  const unexpected = (): DataError =>
    new DataError(`malformed array text at ${position}: ${text.slice(0, 60)}`);

  const value = (source: string): unknown => {
    const chunk = chunkOf(Buffer.from(source));
    return element.decode(chunk, 0, chunk.bytes.length);
  };
  const quoted = (): unknown => {
    let content = "";
    for (position++; text[position] !== '"'; position++) {
      if (text[position] === "\\") position++;
      if (position >= text.length) throw unexpected();
      content += text[position];
    }
    position++;
    return value(content);
  };
  const bare = (): unknown => {
    const start = position;
    while (position < text.length && text[position] !== delimiter && text[position] !== "}") position++;
    const content = text.slice(start, position);
    if (content === "") throw unexpected();
    return content.toUpperCase() === "NULL" ? null : value(content);
  };
  const list = (): unknown[] => {
    const items: unknown[] = [];
    if (text[position++] !== "{") throw unexpected();
    if (text[position] === "}") {
      position++;
      return items;
    }
    for (;;) {
      const first = text[position];
      items.push(first === "{" ? list() : first === '"' ? quoted() : bare());
      const next = text[position++];
      if (next === "}") return items;
      if (next !== delimiter) throw unexpected();
    }
  };
  const result = list();
  if (position !== text.length) throw unexpected();
  return result;
}

export function formatArrayText(value: readonly unknown[], element: Codec): string {
  const depth = dimensionsOf(value, element).length;
  if (depth === 0) return "{}";
  const writer = new MessageWriter();
  const delimiter = element.delimiter ?? ",";
  const item = (one: unknown): string => {
    if (one === null || one === undefined) return "NULL";
    element.encode(writer, one);
    const text = Buffer.from(writer.take()).toString();
    return `"${text.replace(/["\\]/g, "\\$&")}"`;
  };
  const list = (items: readonly unknown[], level: number): string => {
    const parts = items.map((one) => (level > 1 ? list(one as unknown[], level - 1) : item(one)));
    return `{${parts.join(delimiter)}}`;
  };
  return list(value, depth);
}
