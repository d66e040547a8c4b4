// The waits of a StreamWriter.
import { QueuedWait, type WaitQueue, type WaitTarget } from "corio/lowlevel";
import type { StreamLink } from "./stream-link.ts";

abstract class LinkWait extends QueuedWait<unknown> {
  protected readonly link: StreamLink;
  protected abstract readonly name: string;

  constructor(link: StreamLink) {
    super();
    this.link = link;
  }

  protected line(): WaitQueue<unknown> {
    return this.link.drains;
  }

  describe(): string {
    return `${this.name}() of ${this.link.what}`;
  }

  waitsFor(): WaitTarget {
    return {
      kind: "stream",
      object: this.link,
      state: { pending: this.link.transport.pendingBytes },
    };
  }
}

/** Takes the data over when it is awaited; then waits while too much waits to go out. */
export class Write extends LinkWait {
  #data: Buffer | null;

  constructor(link: StreamLink, data: Buffer) {
    super(link);
    this.#data = data;
  }

  get name(): string {
    return "write";
  }

  protected attempt(): boolean {
    this.link.assertWritable();
    const data = this.#data!;
    this.#data = null;
    return this.link.send(data);
  }
}

export class Drain extends LinkWait {
  get name(): string {
    return "drain";
  }

  protected attempt(): boolean {
    const { link } = this;
    const failure = link.lost ?? (link.isClosing ? null : link.reader.exception());
    if (failure !== null) throw failure;
    return !link.above;
  }
}

/** The wait for the end; a loss is an error. */
export class WaitClosed extends LinkWait {
  get name(): string {
    return "waitClosed";
  }

  protected attempt(): boolean {
    const { link } = this;
    if (!link.isClosed) return false;
    if (link.lost !== null && this.tellsLoss) throw link.lost;
    return true;
  }

  protected get tellsLoss(): boolean {
    return true;
  }

  /** All is closed. */
  end(lost: Error | null): void {
    if (lost !== null && this.tellsLoss) this.fail(lost);
    else this.settle(undefined);
  }

  protected override line(): WaitQueue<unknown> {
    return this.link.closes;
  }
}

/** The wait for the end, whatever it is. */
export class WaitEnd extends WaitClosed {
  protected override get tellsLoss(): boolean {
    return false;
  }
}
