// Reading Content-Type: the media type, its charset, and whether it is JSON.

export interface ContentType {
  /** `type/subtype` in lower case, or `application/octet-stream` where the header is absent or unreadable. */
  readonly mediaType: string;
  /** The charset parameter in lower case, if there is one. */
  readonly charset: string | undefined;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const MEDIA_TYPE = new RegExp(`^[ \\t]*(${TOKEN}/${TOKEN})[ \\t]*(?:;|$)`);
const CHARSET = new RegExp(`;[ \\t]*charset[ \\t]*=[ \\t]*(?:"([^"\\\\]*)"|(${TOKEN}))`, "i");
const ABSENT: ContentType = { mediaType: "application/octet-stream", charset: undefined };

export function parseContentType(header: string | null): ContentType {
  const match = header === null ? null : MEDIA_TYPE.exec(header);
  if (header === null || match === null) return ABSENT;
  const charset = CHARSET.exec(header);
  return {
    mediaType: (match[1] ?? "").toLowerCase(),
    charset: (charset?.[1] ?? charset?.[2])?.toLowerCase(),
  };
}

/** `application/json`, `text/json` and every `+json`. */
export function isJsonType(mediaType: string): boolean {
  return mediaType === "application/json" || mediaType === "text/json" || mediaType.endsWith("+json");
}

/** Decodes bytes in the named charset; an unknown name falls back to UTF-8. A byte order mark is dropped. */
export function decodeText(bytes: Uint8Array, charset: string | undefined): string {
  if (charset === undefined || charset === "utf-8" || charset === "utf8") return decodeUtf8(bytes);
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch (error) {
    if (error instanceof RangeError) return decodeUtf8(bytes);
    throw error;
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
