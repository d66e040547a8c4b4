// What the environment says of replays.

function variable(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  const value = process?.env?.[name];
  return value === "" ? undefined : value;
}

/** `CORIO_SEED`: the only seed that is to be run. */
export function seedAsked(): number | undefined {
  const text = variable("CORIO_SEED");
  if (text === undefined) return undefined;
  if (!/^-?\d+$/.test(text)) throw new RangeError(`Cannot use CORIO_SEED="${text}": it is a whole number`);
  return Number(text);
}

/** `CORIO_REPLAY`: the only schedule that is to be run. */
export function replayAsked(): string | undefined {
  return variable("CORIO_REPLAY");
}

/** `CORIO_SEEDS`: how many seeds each test takes, where it does not say so itself. */
export function seedsAsked(): number | undefined {
  const text = variable("CORIO_SEEDS");
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new RangeError(`Cannot use CORIO_SEEDS="${text}": it is a whole number`);
  return Number(text);
}
