import type { BenchResult } from './result.ts';
import type { StageTimes } from './stage-times.ts';

/** Ten hues that are told apart on white and on black, by the palette Observable 10; greys are kept for what is no stage. */
const HUES = [
  ...['#4269d0', '#efb118', '#ff725c', '#6cc5b0', '#3ca951'],
  ...['#ff8ab7', '#a463f2', '#97bbf5', '#9c6b4e', '#b5a642'],
];
const GREYS: Readonly<Record<string, string>> = { 'all else': '#8a8f98', idle: '#c3c7cd' };

/** A stage with less of the longest bar than this in every bar is told with all else. */
const LEAST_SHARE = 0.012;

const WIDTH = 880;
const LEFT = 150;
const RIGHT = 60;
const TOP = 66;
const BAR = 28;
const GAP = 6;
const GROUP_GAP = 16;
const LINE = 20;

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);

const secondsOf = ({ stages }: StageTimes, stage: string): number =>
  stages.find((found) => found.stage === stage)?.seconds ?? 0;

const sumOf = ({ stages }: StageTimes): number => stages.reduce((sum, { seconds }) => sum + seconds, 0);

interface Series {
  readonly name: string;
  readonly colour: string;
  /** A case, of each bar. */
  readonly seconds: readonly number[];
}

/** What is shown of each bar, in the profile's order: the stages that can be seen, then all else, then idle time. */
function seriesOf(bars: readonly StageTimes[]): Series[] {
  const longest = Math.max(...bars.map(sumOf));
  const names = [...new Set(bars.flatMap(({ stages }) => stages.map(({ stage }) => stage)))];
  const most = (stage: string): number => Math.max(...bars.map((bar) => secondsOf(bar, stage)));
  const seen = names
    .filter((name) => name !== 'other' && name !== 'idle' && most(name) >= LEAST_SHARE * longest)
    .sort((a, b) => most(b) - most(a))
    .slice(0, HUES.length);
  const shown = names.filter((name) => seen.includes(name));
  const idle = bars.map((bar) => secondsOf(bar, 'idle'));
  const rest = bars.map(
    (bar, i) => sumOf(bar) - idle[i] - shown.reduce((sum, stage) => sum + secondsOf(bar, stage), 0),
  );
  return [
    ...shown.map((name, i) => ({ name, colour: HUES[i], seconds: bars.map((bar) => secondsOf(bar, name)) })),
    { name: 'all else', colour: GREYS['all else'], seconds: rest },
    { name: 'idle', colour: GREYS.idle, seconds: idle },
  ];
}

/** A step of 1, 2 or 5 times a power of ten that gives some eight marks. */
function stepFor(longest: number): number {
  const rough = longest / 8;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
}

const STYLE = `
  text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .quiet { fill: #59636e; font-size: 12px; }
  .sum { font-weight: 600; }
  .number { text-anchor: end; font-variant-numeric: tabular-nums; }
  .middle { text-anchor: middle; }
  .grid { stroke: #d1d9e0; stroke-width: 1; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .quiet { fill: #9198a1; }
    .grid { stroke: #3d444d; }
  }`;

const text = (x: number, y: number, content: string, style = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${style && ` class="${style}"`}>${escaped(content)}</text>`;

/** One under the other; the bars of a preset stand together. */
function barTops(bars: readonly StageTimes[]): number[] {
  let y = TOP;
  return bars.map(({ preset }, i) => {
    if (i > 0) y += BAR + (bars[i - 1].preset === preset ? GAP : GROUP_GAP);
    return y;
  });
}

/**
 * Seconds a case by stage as SVG: stacked bars, before and after, of each preset, and under them a table of the same
 * numbers, which is the legend. Readable on white and on black. Throws an Error where the result holds no stages.
 */
export function stagePlot({ stages: bars, machine, cases, before, now }: BenchResult): string {
  if (bars.length === 0)
    throw new Error('the result holds no stages: they are measured with --before COMMIT or --bars');
  const series = seriesOf(bars);
  const longest = Math.max(...bars.map(sumOf));
  const scale = (seconds: number): number => (seconds / longest) * (WIDTH - LEFT - RIGHT);
  const tops = barTops(bars);
  const foot = tops[tops.length - 1] + BAR + 8;
  const nameOf = ({ preset, build }: StageTimes): string => `${preset}, ${build}`;

  const step = stepFor(longest);
  const digits = Math.max(0, Math.ceil(-Math.log10(step)));
  const marks = Array.from({ length: Math.floor(longest / step) + 1 }, (_, i) => i * step);
  const grid = marks.map((mark) => {
    const x = (LEFT + scale(mark)).toFixed(1);
    return `<line class="grid" x1="${x}" y1="${TOP - 8}" x2="${x}" y2="${foot}"/>${text(Number(x), foot + 16, mark.toFixed(digits), 'quiet middle')}`;
  });
  const drawn = bars.map((bar, i) => {
    let x = LEFT;
    const parts = series.map(({ name, colour, seconds }) => {
      const width = scale(seconds[i]);
      const part = `<rect x="${x.toFixed(2)}" y="${tops[i]}" width="${width.toFixed(2)}" height="${BAR}" fill="${colour}"><title>${escaped(`${nameOf(bar)}: ${name} ${seconds[i].toFixed(3)} s`)}</title></rect>`;
      x += width;
      return part;
    });
    const middle = tops[i] + BAR / 2 + 4.5;
    return [
      text(LEFT - 10, middle, nameOf(bar), 'number'),
      ...parts,
      text(x + 6, middle, sumOf(bar).toFixed(2), 'sum'),
    ].join('\n');
  });

  const head = foot + 52;
  const columnOf = (i: number): number => LEFT + 90 + i * 130;
  const table = [
    text(40, head, 'seconds a case', 'quiet'),
    ...bars.map((bar, i) => text(columnOf(i), head, nameOf(bar), 'number quiet')),
    ...series.flatMap(({ name, colour, seconds }, row) => {
      const y = head + (row + 1) * LINE;
      return [
        `<rect x="20" y="${y - 11}" width="13" height="13" fill="${colour}"/>`,
        text(40, y, name),
        ...seconds.map((value, i) => text(columnOf(i), y, value.toFixed(3), 'number')),
      ];
    }),
  ];
  const height = head + (series.length + 1) * LINE + 4;
  const workers = bars[0].workers;
  const builds = [
    before && `before: ${before.slice(0, 7)}`,
    now && `now: ${now.commit.slice(0, 7)}${now.changed ? ' with changes' : ''}`,
  ];
  const measured = [
    `${cases} cases, ${machine.cpu}, ${machine.cores} cores, ${machine.date.slice(0, 10)}`,
    ...builds.filter((told) => told !== undefined),
  ].join('; ');
  const title = `Seconds a case by stage, the time of ${workers} workers added up`;
  const description = bars.map((bar) => `${nameOf(bar)} ${sumOf(bar).toFixed(2)} s`).join(', ');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title description">
<title id="title">${escaped(title)}</title>
<desc id="description">${escaped(`Stacked bars: ${description}. ${measured}.`)}</desc>
<style>${STYLE}
</style>
${text(20, 26, title, 'title')}
${text(20, 46, measured, 'quiet')}
${[...grid, ...drawn, ...table].join('\n')}
</svg>
`;
}
