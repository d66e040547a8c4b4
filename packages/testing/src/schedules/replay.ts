// A schedule in words that fit on a command line: the seed, and every choice that was not the first one: "7/12:3,14:1".

/** A schedule: the seed of the program's random numbers, and the choice at each point where there was one. */
export interface Replay {
  readonly seed: number;
  readonly choices: readonly number[];
}

export function formatReplay({ seed, choices }: Replay): string {
  const deviations = choices.flatMap((choice, at) => (choice === 0 ? [] : [`${at}:${choice}`]));
  return `${seed}/${deviations.join(",")}`;
}

/** Reads what `formatReplay` wrote; a RangeError for anything else. */
export function parseReplay(text: string): Replay {
  const [, seed, list] = /^(-?\d+)\/((?:\d+:\d+(?:,(?!$)|$))*)$/.exec(text) ?? [];
  if (seed === undefined || list === undefined) {
    throw new RangeError(`Cannot replay "${text}": it is no schedule such as "7/12:3,14:1"`);
  }
  const choices: number[] = [];
  for (const deviation of list === "" ? [] : list.split(",")) {
    const [at, choice] = deviation.split(":").map(Number) as [number, number];
    if (at >= 1e7) throw new RangeError(`Cannot replay "${text}": there is no choice number ${at}`);
    while (choices.length < at) choices.push(0);
    choices[at] = choice;
  }
  return { seed: Number(seed), choices };
}
