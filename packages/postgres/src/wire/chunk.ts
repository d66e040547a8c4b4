// A piece of received bytes with the view through which numbers are read. Decoders take it with offsets, so that no
// slice is made for a field.

export interface Chunk {
  readonly bytes: Buffer;
  readonly view: DataView;
}

export function chunkOf(bytes: Uint8Array): Chunk {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes: buffer, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}
