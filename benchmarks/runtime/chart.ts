// The chart: each benchmark a row, each peer a dot, on a logarithmic scale of multiples of native promises. Its greys and
// colours are of middle brightness and its background is clear, so that it reads on white and on black.
import { benches } from "./benches.ts";
import { ratio, type Results } from "./results.ts";

interface Series {
  readonly peer: string;
  readonly label: string;
  readonly colour: string;
  /** A ring instead of a disc: the second kind of the same thing. */
  readonly ring?: boolean;
}

const series: readonly Series[] = [
  { peer: "uvloop", label: "uvloop", colour: "#c98a1b", ring: true },
  { peer: "asyncio", label: "asyncio", colour: "#c98a1b" },
  { peer: "effection", label: "Effection", colour: "#1f9d8f" },
  { peer: "effect-fn", label: "Effect, fnUntraced", colour: "#a560e8", ring: true },
  { peer: "effect", label: "Effect, gen", colour: "#a560e8" },
  { peer: "corio-async", label: "Corio, async", colour: "#3b82f6", ring: true },
  { peer: "corio", label: "Corio, coroutines", colour: "#3b82f6" },
];

const WIDTH = 860;
const LEFT = 232;
const RIGHT = 40;
const TOP = 64;
const ROW = 27;
const GREY = "#78818b";

/** The chart as SVG text. */
export function chart(results: Results): string {
  const rows = benches
    .filter((bench) => bench.check !== null && !bench.name.startsWith("i"))
    .map((bench) => ({
      label: bench.label,
      dots: series.flatMap((each) => {
        const times = ratio(results, bench.name, each.peer, "native");
        return times === null ? [] : [{ ...each, times }];
      }),
    }))
    .filter((row) => row.dots.length > 0);
  const all = rows.flatMap((row) => row.dots.map((dot) => dot.times));
  const from = Math.floor(Math.log10(Math.min(0.5, ...all)));
  const to = Math.ceil(Math.log10(Math.max(10, ...all)));
  const x = (times: number): number =>
    LEFT + ((Math.log10(times) - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  const bottom = TOP + rows.length * ROW;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${bottom + 44}" viewBox="0 0 ${WIDTH} ${bottom + 44}" role="img" font-family="system-ui, sans-serif" font-size="13">`,
    "<title>Time per operation as a multiple of native promises, logarithmic; further left is faster</title>",
    ...legend(),
    ...grid(from, to, x, bottom),
    ...rows.flatMap((row, index) => drawRow(row.label, row.dots, TOP + (index + 0.5) * ROW, x)),
    text(
      LEFT + (WIDTH - LEFT - RIGHT) / 2,
      bottom + 36,
      "time per operation, × native promises (log scale)",
      "middle",
    ),
    "</svg>",
    "",
  ].join("\n");
}

function text(x: number, y: number, words: string, anchor: "start" | "middle" | "end"): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${GREY}">${words}</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number, opacity: number): string {
  return `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${GREY}" stroke-opacity="${opacity}"/>`;
}

function dot(x: number, y: number, { colour, ring }: Series): string {
  const fill = ring === true ? `fill="none" stroke="${colour}" stroke-width="2.4"` : `fill="${colour}"`;
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${ring === true ? 4.6 : 5.8}" ${fill}/>`;
}

function drawRow(
  label: string,
  dots: readonly (Series & { times: number })[],
  y: number,
  x: (times: number) => number,
): string[] {
  return [
    text(LEFT - 14, y + 4.5, label, "end"),
    line(LEFT, y, WIDTH - RIGHT, y, 0.18),
    ...dots.map((each) => dot(x(each.times), y, each)),
  ];
}

function grid(from: number, to: number, x: (times: number) => number, bottom: number): string[] {
  const drawn: string[] = [];
  for (let power = from; power <= to; power++) {
    const at = x(10 ** power);
    drawn.push(line(at, TOP, at, bottom, power === 0 ? 0.9 : 0.3));
    drawn.push(
      text(at, bottom + 17, power === 0 ? "native" : `${(10 ** power).toLocaleString("en")} ×`, "middle"),
    );
  }
  return drawn;
}

/** Two rows of names, ours first. */
function legend(): string[] {
  const named = series.toReversed();
  return named.flatMap((each, index) => {
    const x = 24 + (index % 4) * 205;
    const y = 16 + Math.floor(index / 4) * 22;
    return [dot(x, y, each), text(x + 13, y + 4.5, each.label, "start")];
  });
}
