/** Documents that describe the code must agree with the code. */
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { formatText } from '../../lab/tools/format-text.ts';
import { anchorOf } from '../../lab/tools/heading-anchor.ts';
import { COST_PAGE, writeCostPage } from '../../lab/cost/page.ts';
import { CONDITION_PAGE, writeConditionTable } from './condition-table.ts';
import { COMMAND_PAGE, printCommandReference } from './command-reference.ts';
import { writeErrorsPage } from './errors-page.ts';
import { describeMissing } from '../../packages/gateway/core/policy/role.ts';
import { takeBlocks } from '../support/code-blocks.ts';
import { REPOSITORY, listFiles, readSource, readSources } from './source-files.ts';
import { printStackReference, STACK_PAGE } from './stack-reference.ts';

const taken = takeBlocks('test/architecture/documents.test.ts');

/** The codes that a file passes to a `StartError`, and the codes that it takes from the embedded DynamoDB. */
function startCodes(): readonly string[] {
  const { text: embedded } = readSource('packages/gateway/dynamodb/embedded-dynamodb.ts');
  const [, codes = ''] = /type EmbeddedDynamoDbErrorCode = (.*);/.exec(embedded) ?? [];
  const thrown = readSources()
    .filter(({ path }) => /^packages\//.test(path))
    .flatMap(({ text }) =>
      [...text.matchAll(/new StartError\(\s*'([A-Z0-9_]+)'/g)].map((match) => match[1] ?? ''),
    );
  return [...thrown, ...[...codes.matchAll(/'(\w+)'/g)].map(([, code = '']) => code)];
}

describe('docs/errors.md', () => {
  const { text } = readSource('docs/errors.md');

  it('is written from the comments in both errors.ts files and from the texts for clients, logs and administrators', async () => {
    assert.equal(await formatText('docs/errors.md', writeErrorsPage(text)), text);
  });

  it('lists no code that only tests can produce', () => {
    const lists = ['shared/errors.ts', 'packages/gateway/core/errors.ts'];
    const product = readSources().filter(
      ({ path }) => /^(shared|layers|functions|packages)\/.*\.ts$/.test(path) && !/wordings\//.test(path),
    );
    for (const list of lists) {
      const codes = [...readSource(list).text.matchAll(/^ {2}\| '([A-Z_0-9]+)'/gm)].map(
        ([, code = '']) => code,
      );
      const texts = product.map(({ path, text }) =>
        path === list ? text.replaceAll(/^ {2}\| '.*$/gm, '') : text,
      );

      assert.ok(codes.length > 20);
      assert.deepEqual(
        codes.filter((code) => !texts.some((text) => text.includes(`'${code}'`))),
        [],
        `${list} defines codes that nothing uses`,
      );
    }
    assert.match(text, /^\| `THROTTLED` +\| +429 \| caller +\| .* _Retry\._ +\|$/m);
  });

  it('has only codes with which a start can end', () => {
    const [, section = ''] = text.split('## Starting');
    const [starting = ''] = section.split('## ');
    const documented = [...starting.matchAll(/^\| `([A-Z0-9_]+)`/gm)].map(([, code]) => code);

    assert.deepEqual(documented.toSorted(), [...new Set(startCodes())].toSorted());
  });
});

describe(COMMAND_PAGE, () => {
  it('equals the page that `npm run schemas` writes from the commands', async () => {
    assert.equal(
      await formatText(COMMAND_PAGE, await printCommandReference()),
      readSource(COMMAND_PAGE).text,
    );
  });
});

describe(CONDITION_PAGE, () => {
  it('has the table of operators, types and effects that the evaluator produces', async () => {
    const { text } = readSource(CONDITION_PAGE);

    assert.equal(await formatText(CONDITION_PAGE, writeConditionTable(text)), text);
    assert.match(text, /^\| `equals`, `in` +\| tested +\| never\/denies +\|/m);
  });
});

describe(COST_PAGE, () => {
  it('has the table that lab/cost computes', async () => {
    const { text } = readSource(COST_PAGE);

    assert.equal(await formatText(COST_PAGE, writeCostPage(text)), text);
  });
});

describe(STACK_PAGE, () => {
  it('equals the page that `npm run schemas` writes from the parts of the stack', async () => {
    assert.equal(await formatText(STACK_PAGE, printStackReference()), readSource(STACK_PAGE).text);
  });
});

describe('docs/request-path.md', () => {
  const { text } = readSource('docs/request-path.md');
  const phases = listFiles('packages/gateway/core').filter((path) =>
    /^packages\/gateway\/core\/phases\/[^/]+\.ts$/.test(path),
  );

  it('names every phase file', () => {
    assert.ok(phases.length > 5);
    assert.deepEqual(
      phases.filter((path) => !text.includes(`\`${posix.basename(path)}\``)),
      [],
    );
  });

  it('names no phase file that does not exist', () => {
    const named = [...text.matchAll(/^\| \[?`([a-z-]+\.ts)`/gm)].map(
      (match) => `packages/gateway/core/phases/${match[1] ?? ''}`,
    );

    assert.deepEqual(
      named.filter((path) => !phases.includes(path)),
      [],
    );
  });
});

describe('docs/design/deployability.md', () => {
  const { text } = readSource('docs/design/deployability.md');
  const namesIn = (folder: string, pattern: RegExp): readonly string[] =>
    listFiles(folder)
      .map((path) => posix.basename(path))
      .filter((name) => pattern.test(name));
  const checking = 'packages/gateway/engine/compose/checking';
  // `judge-files.ts` and `judge-state.ts` have one id each, which the tables name.
  const judges = [
    ...namesIn('packages/gateway/core/deployability', /^judge-|-schemas\.ts$|-limits\.ts$/),
    ...namesIn('packages/gateway/core/deployability/update', /\.ts$/),
    ...namesIn(checking, /^judge-(?!files|state)/),
  ];

  it('names every file with rules of `check`', () => {
    assert.ok(judges.length > 20);
    assert.deepEqual(
      judges.filter((name) => !text.includes(`\`${name}\``)),
      [],
      'add these files to the table of rules, with the tests that hold them',
    );
  });

  it('names every file of refused definitions', () => {
    const files = namesIn(`test/${checking}/refused`, /^of-/).map((name) => posix.basename(name, '.ts'));

    assert.ok(files.length > 20);
    assert.deepEqual(
      files.filter((name) => !new RegExp(`\\b${name}\\b(?!-)`).test(text)),
      [],
    );
  });

  it('names the pages of docs/aws with statements that nothing has settled, and no other', () => {
    const [, section = ''] = text.split('## Stated from documentation');
    const named = [...section.matchAll(/^\| \[([a-z-]+\.md)\]/gm)].map(([, name = '']) => name);
    // These two describe the mark.
    const marked = namesIn('docs/aws', /^(?!README|open-questions)/).filter((name) =>
      /\bverify\b/.test(readSource(`docs/aws/${name}`).text),
    );

    assert.deepEqual(named.toSorted(), marked.toSorted());
  });
});

describe('the output that pages show', () => {
  it('has the phases of docs/request-path.md as the pipeline calls them', () => {
    const [block] = taken.of('docs/request-path.md');
    assert.ok(block !== undefined);
    const shown = [...block.text.matchAll(/^ {2}([a-z-]+)/gm)].map(([, phase = '']) => phase);
    const phases = listFiles('packages/gateway/core/phases').map((path) => posix.basename(path, '.ts'));
    const { text } = readSource('packages/gateway/core/pipeline.ts');

    assert.deepEqual(
      shown.filter((phase) => !phases.includes(phase) || !text.includes(`./phases/${phase}.ts`)),
      [],
    );
    assert.deepEqual(
      phases.filter((phase) => !shown.includes(phase)),
      [],
    );
    taken.executed(block);
  });

  it('has the message of docs/design/functions.md about a missing right', () => {
    const [block] = taken.of('docs/design/functions.md');
    assert.ok(block !== undefined);
    const question = {
      action: 'dynamodb:DeleteItem',
      resource: 'arn:aws:dynamodb:us-east-1:123456789012:table/pets',
    } as Parameters<typeof describeMissing>[2];
    const role = {
      name: 'shop-role',
      arn: 'arn:aws:iam::123456789012:role/shop-role',
      policies: [],
      place: { file: 'template.yaml', line: 12 },
    };
    assert.equal(`${describeMissing('shop', role, question, 'implicit-deny')}\n`, block.text);
    taken.executed(block);
  });

  it('has been compared in full', taken.assertAll);
});

/** The anchors of headings, as GitHub makes them. */
function anchorsOf(path: string): readonly string[] {
  const headings = readSource(path).text.matchAll(/^#{1,6} (.+)$/gm);
  return [...headings].map(([, heading = '']) => anchorOf(heading));
}

describe('documents', () => {
  const documents = listFiles().filter((path) => path.endsWith('.md'));

  it('link to files that exist', () => {
    const broken = documents.flatMap((path) =>
      [...readSource(path).text.matchAll(/\]\((?!https?:|#|mailto:)([^)\s#]+)/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !existsSync(join(REPOSITORY, dirname(path), target)))
        .map((target) => `${path} → ${target}`),
    );

    assert.deepEqual(broken, []);
  });

  it('link to headings that exist', () => {
    const broken = documents.flatMap((path) =>
      [...readSource(path).text.matchAll(/\]\((?!https?:|mailto:)([^)\s#]*)#([^)\s]+)\)/g)]
        .map(([, target = '', anchor = '']) => ({
          anchor,
          to: target === '' ? path : posix.join(dirname(path), target),
        }))
        .filter(({ to, anchor }) => to.endsWith('.md') && !anchorsOf(to).includes(anchor))
        .map(({ to, anchor }) => `${path} → ${to}#${anchor}`),
    );

    assert.deepEqual(broken, []);
  });
});

describe('the repository', () => {
  it('contains no path of a particular machine', () => {
    // Lambda's own home directory is a fact about Lambda.
    const machine = new RegExp(
      ['/wo' + 'rk/', '/ho' + 'me/(?!sbx_user)[a-z]', '/Use' + 'rs/[A-Za-z]', 'C:\\\\\\\\Use' + 'rs'].join(
        '|',
      ),
    );
    const naming = listFiles()
      .filter((path) => /\.(ts|tsx|js|mjs|json|md|ya?ml|sh)$|^\.ci\//.test(path))
      .filter((path) => machine.test(readSource(path).text));

    assert.deepEqual(naming, []);
  });
});

describe('test/support/README.md', () => {
  it('lists each file of the folder, so that a builder is found before it is written again', () => {
    const { text } = readSource('test/support/README.md');
    const files = listFiles('test/support').map((path) => posix.basename(path));

    assert.deepEqual(
      files.filter((name) => /\.ts$/.test(name) && !text.includes(`](${name})`)),
      [],
      'add these files to the list, with a description of what they make',
    );
  });
});
