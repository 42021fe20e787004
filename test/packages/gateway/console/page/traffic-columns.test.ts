import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';
import { build } from 'esbuild';
import {
  columnsFor,
  gridsOf,
  LAYOUTS,
  TRAFFIC_COLUMNS,
} from '../../../../../packages/gateway/console/page/traffic-columns.ts';
import { readSource } from '../../../../architecture/source-files.ts';

const PAGE = '../../../../../packages/gateway/console/page/';
const STYLE = 'packages/gateway/console/page/style.css';

/** The virtual nodes that a component returns. */
type Drawn = {
  readonly key: string | undefined;
  readonly props: {
    readonly role?: string;
    readonly class?: string;
    readonly children?: Drawn | readonly Drawn[];
  };
};
type Component = (props: object) => Drawn;

/** A file of the page as a module: Node reads no JSX. */
async function load(file: string): Promise<Readonly<Record<string, Component>>> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`${PAGE}${file}`, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    tsconfigRaw: {},
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
  return (await import(`data:text/javascript;base64,${code}`)) as Readonly<Record<string, Component>>;
}

/** The elements with a role directly below what a component draws. */
function cellsOf(drawn: Drawn | undefined, role: string): readonly Drawn[] {
  return [drawn?.props.children ?? []].flat().filter(({ props }) => props.role === role);
}

const ROW = {
  id: 'r1',
  sequence: 1,
  status: 200,
  method: 'GET',
  target: '/orders',
  api: 'REST shop',
  customer: 'acme',
  notes: ['by rule'],
  failure: 'why',
  caller: 'ada',
  responseBytes: 10,
  tookMs: 3,
  atEpochMs: 1_700_000_000_000,
};

describe('the columns of Traffic', () => {
  it('have the widths of each layout', () => {
    assert.deepEqual(gridsOf(columnsFor(1)), {
      '--usual-columns':
        '3rem 5.5rem minmax(0, 1fr) minmax(0, 0.6fr) minmax(0, 0.65fr) 4.5rem 4.5rem 5.75rem',
      '--open-columns': '3rem 5.25rem minmax(0, 1fr) 4.25rem',
      '--wide-columns': '3rem 5.5rem minmax(0, 56rem) minmax(14.5rem, 1fr) 16rem 4.5rem 4.5rem 5.75rem',
      '--medium-columns': '3rem 5.5rem minmax(0, 1fr) 4.5rem 5.75rem',
    });
  });

  it('have one for the API if the list has requests of several', () => {
    const titles = (apis: number): readonly string[] => columnsFor(apis).map(({ title }) => title);

    assert.deepEqual(
      titles(2).filter((title) => !titles(1).includes(title)),
      ['API'],
    );
    assert.equal(
      gridsOf(columnsFor(2))['--usual-columns'],
      '3rem 5.5rem minmax(0, 1fr) minmax(0, 0.5fr) minmax(0, 0.6fr) minmax(0, 0.65fr) 4.5rem 4.5rem 5.75rem',
    );
  });

  it('are a cell of the head and one of the row each, hidden in the same layouts', async () => {
    const { TrafficHead, TrafficRow } = await load('sections/traffic-row.tsx');
    const head = cellsOf(
      TrafficHead?.({ columns: TRAFFIC_COLUMNS, order: undefined, onSort: () => undefined }),
      'columnheader',
    );
    const row = cellsOf(
      TrafficRow?.({
        columns: TRAFFIC_COLUMNS,
        row: ROW,
        index: 0,
        isOpen: false,
        isPinned: false,
        names: new Map(),
        newestEpochMs: ROW.atEpochMs,
      }),
      'cell',
    );
    const titles = TRAFFIC_COLUMNS.map(({ title }) => title);

    assert.deepEqual([head.map(({ key }) => key), row.map(({ key }) => key)], [titles, titles]);
    for (const layout of LAYOUTS) {
      const isShown = ({ props }: Drawn): boolean =>
        props.class?.split(' ').includes(`not-${layout}`) !== true;
      const tracks =
        (gridsOf(TRAFFIC_COLUMNS)[`--${layout}-columns`] ?? '').match(/minmax\(.*?\)|\S+/g) ?? [];
      assert.deepEqual(
        [head.filter(isShown).length, row.filter(isShown).length],
        [tracks.length, tracks.length],
        `cells of the layout ${layout}`,
      );
    }
  });

  it('are laid out by the style sheet in each layout, which sets no widths of its own', () => {
    const { text } = readSource(STYLE);
    const rules = [...text.matchAll(/([^{}]*\.line\b[^{}]*)\{([^{}]*)\}/g)];
    const grids = rules.flatMap(([, , body = '']) => body.match(/grid-template-columns: .*(?=;)/g) ?? []);
    const hiding = new Set(
      TRAFFIC_COLUMNS.flatMap(({ width }) => LAYOUTS.filter((one) => width[one] === 'hidden')),
    );

    assert.deepEqual(
      grids.filter((grid) => grid.includes('var(')).toSorted(),
      LAYOUTS.map((layout) => `grid-template-columns: var(--${layout}-columns)`).toSorted(),
    );
    for (const layout of [...hiding, 'narrow'])
      assert.match(text, new RegExp(`\\.not-${layout}\\b[^{}]*\\{\\s*display: none;`), `${STYLE}: ${layout}`);
  });
});

// On one line of a phone, the path had room for two characters, and the caller for none.
it('has a place on one of two lines of a narrow window for each column that is not hidden there', () => {
  const { text } = readSource(STYLE);
  const shown = TRAFFIC_COLUMNS.filter((column) => column.isHiddenIfNarrow !== true);
  const places = shown.map(({ kind }) => new RegExp(`> \\.${kind} \\{\\s*grid-area: (.+);`).exec(text)?.[1]);

  assert.deepEqual(
    shown.map(({ title }) => title),
    ['Status', 'Method', 'Path', 'Reason', 'Caller', 'Time'],
  );
  assert.equal(new Set(places).size, shown.length);
  assert.ok(!places.includes(undefined));
  // The script that sets the height of the rows asks for the same width as the style sheet.
  const { text: script } = readSource('packages/gateway/console/page/elements/scale.ts');
  const width = /NARROW = '(.+)'/.exec(script)?.[1];
  assert.ok(width !== undefined && text.includes(`@media ${width} {`), width);
});

it('says why a request was refused in each layout that has no open request beside it', () => {
  const reason = TRAFFIC_COLUMNS.find(({ title }) => title === 'Reason');
  for (const layout of ['usual', 'wide'] as const)
    assert.notEqual(reason?.width[layout] ?? reason?.width.usual, 'hidden', layout);
});

// At 390 pixels, two requests of the same path could not be told apart.
it('says when a request came in each layout that has no open request beside it', () => {
  const time = TRAFFIC_COLUMNS.find(({ title }) => title === 'Time');
  for (const layout of ['usual', 'wide', 'medium'] as const)
    assert.notEqual(time?.width[layout] ?? time?.width.usual, 'hidden', layout);
});
