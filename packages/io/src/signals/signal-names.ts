// The signals of the system: their names and numbers, and what is refused as none.
import { constants } from "node:os";

/** A signal by its name: "SIGHUP". Which of them there are depends on the system. */
export type SignalName = NodeJS.Signals;

const numbers = constants.signals as Readonly<Record<string, number>>;

/** Names that stand for a number that another name has first (SIGIOT, SIGPOLL) are left to that. */
const names: ReadonlyMap<number, SignalName> = new Map(
  Object.entries(numbers)
    .reverse()
    .map(([name, number]) => [number, name as SignalName]),
);

/** Checks what was given as a signal's name. TypeError for what is no string, RangeError for a name that the system does not have. */
export function checkSignalName(signal: unknown, what: string): SignalName {
  if (typeof signal !== "string") {
    throw new TypeError(`Cannot ${what}: a signal is named as "SIGHUP" is, got ${String(signal)}`);
  }
  if (!Object.hasOwn(numbers, signal)) {
    throw new RangeError(`Cannot ${what}: the system has no signal ${JSON.stringify(signal)}`);
  }
  return signal as SignalName;
}

/** The name of a signal that was given by its name or number. */
export function signalOf(signal: unknown, what: string): SignalName {
  if (typeof signal !== "number") return checkSignalName(signal, what);
  const name = names.get(signal);
  if (name === undefined) throw new RangeError(`Cannot ${what}: the system has no signal ${signal}`);
  return name;
}

export function signalNumber(signal: SignalName): number {
  return numbers[signal]!;
}
