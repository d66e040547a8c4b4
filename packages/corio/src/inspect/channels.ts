// The same turning points on the machine's own channels: corio.task.spawn, .step, .suspend, .wake and .end of
// `node:diagnostics_channel`.

import { host } from "#host";
import type { HostChannel } from "../host/port.ts";
import { hooks } from "../kernel/hooks.ts";
import type { Leaf } from "../kernel/strand.ts";
import type { TaskNode } from "../kernel/task.ts";
import { outcomeOf, parentOf, suspendedOn } from "./instruments.ts";
import { addListener, removeListener, type Listener } from "./tracer.ts";

const EVENTS = ["spawn", "step", "suspend", "wake", "end"] as const;

type Channels = Readonly<Record<(typeof EVENTS)[number], HostChannel>>;

/** Publishes to those of the channels that somebody listens on. */
class Publisher implements Listener {
  readonly removable = true;
  readonly #channels: Channels;
  /** When the running steps began: an eager task's is inside another. */
  readonly #starts: number[] = [];

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  get wanted(): boolean {
    const { spawn, step, suspend, wake, end } = this.#channels;
    return (
      spawn.hasSubscribers ||
      step.hasSubscribers ||
      suspend.hasSubscribers ||
      wake.hasSubscribers ||
      end.hasSubscribers
    );
  }

  spawned(task: TaskNode): void {
    const { spawn } = this.#channels;
    if (spawn.hasSubscribers) spawn.publish({ task, parent: parentOf(task) });
  }

  woken(task: TaskNode): void {
    const { wake } = this.#channels;
    if (wake.hasSubscribers) wake.publish({ task });
  }

  stepStarted(task: TaskNode | null): void {
    if (task !== null) this.#starts.push(task.loop.time());
  }

  stepEnded(task: TaskNode | null): void {
    const start = task === null ? undefined : this.#starts.pop();
    const { step } = this.#channels;
    if (task === null || start === undefined || !step.hasSubscribers) return;
    step.publish({ task, start, duration: task.loop.time() - start });
  }

  suspended(task: TaskNode, leaf: Leaf): void {
    const { suspend } = this.#channels;
    if (suspend.hasSubscribers) suspend.publish({ task, wait: suspendedOn(leaf) });
  }

  ended(task: TaskNode): void {
    const { end } = this.#channels;
    if (end.hasSubscribers) end.publish({ task, outcome: outcomeOf(task) });
  }
}

/** Has the loop look, once a pump, whether somebody listens. */
export function openChannels(): void {
  if (host.channel === undefined) return;
  const open = (event: string): HostChannel => host.channel!(`corio.task.${event}`);
  const publisher = new Publisher(
    Object.fromEntries(EVENTS.map((event) => [event, open(event)])) as unknown as Channels,
  );
  let listening = false;
  hooks.poll = () => {
    if (publisher.wanted === listening) return;
    listening = !listening;
    if (listening) addListener(publisher);
    else removeListener(publisher);
  };
}
