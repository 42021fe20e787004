import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  listIncludedFiles,
  withIncludedFiles,
} from '../../../../../packages/gateway/templates/serverless/included-files.ts';
import { parseSource } from '../../../../../packages/gateway/templates/cloudformation/template-source.ts';
import type { Path } from '../../../../../packages/gateway/templates/cloudformation/template-source.ts';

describe('listIncludedFiles', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-includes-'));
  after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  mkdirSync(join(folder, 'parts'));

  it('follows includes of includes, once each, from the folder of the service', () => {
    const tables = write(
      'parts/tables.yml',
      'a: ${file(serverless.yml):service}\nb: ${file(parts/deep.yml)}',
    );
    const deep = write('parts/deep.yml', 'x: 1');
    const main = write(
      'serverless.yml',
      'resources:\n  - ${file(parts/tables.yml)}\n  - ${file( ./parts/tables.yml ):x, 3}',
    );

    assert.deepEqual(listIncludedFiles(main, folder), [tables, deep]);
  });

  it('reads no more than 200 files, and none of more than 1 MB', () => {
    for (let index = 0; index < 202; index += 1) write(`parts/${index}.yml`, '');
    write('parts/x.yml', '');
    const many = Array.from({ length: 202 }, (_, index) => `a${index}: \${file(parts/${index}.yml)}`);
    const large = write('large.yml', `a: \${file(parts/x.yml)}\n`.padEnd(1_000_001, '#'));
    const full = write('full.yml', `a: \${file(parts/x.yml)}\n`.padEnd(1_000_000, '#'));

    assert.equal(listIncludedFiles(write('many.yml', many.join('\n')), folder).length, 200);
    assert.deepEqual(
      [listIncludedFiles(large, folder), listIncludedFiles(full, folder)],
      [[], [join(folder, 'parts/x.yml')]],
    );
  });

  it('omits what is missing and what a variable names', () => {
    const main = write('other.yml', 'a: ${file(nowhere.yml)}\nb: ${file(./${sls:stage}.yml)}');

    assert.deepEqual(listIncludedFiles(main, folder), []);
  });
});

// Serverless Framework, "Reference properties in other files": a file, a part of a file, lists of files, and a
// fallback.
describe('withIncludedFiles', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-whole-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'serverless.yml');
  const texts = {
    'functions.yml':
      'list:\n  handler: a.list\nshow:\n  handler: a.show\n  runtime: ${file(runtimes.json):old}\n',
    'runtimes.json': '{\n  "old": "nodejs12.x"\n}\n',
    'tables.yml': '# tables\nResources:\n  Pets:\n    Type: AWS::DynamoDB::Table\n',
    'parts.yml': 'provider:\n  timeout: 5\n',
    'round.yml': 'a: ${file(round.yml)}\n',
    'broken.yml': 'a: [\n',
    'list.yml': '- a\n',
  };
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  const wholeOf = (text: string) => withIncludedFiles(parseSource(text, file), folder);
  const rows: readonly (readonly [text: string, path: Path, place: string])[] = [
    ['functions: ${file(functions.yml)}', ['functions', 'show', 'handler'], 'functions.yml:4'],
    ['functions: ${file(./functions.yml), {}}', ['functions', 'list'], 'functions.yml:1'],
    ['functions: ${file(functions.yml)}', ['functions', 'show', 'runtime'], 'runtimes.json:2'],
    [
      'functions:\n  - own:\n      handler: b.own\n  - ${file(functions.yml)}',
      ['functions', 'show', 'handler'],
      'functions.yml:4',
    ],
    [
      'functions:\n  - own:\n      handler: b.own\n  - ${file(functions.yml)}',
      ['functions', 'own', 'handler'],
      'serverless.yml:3',
    ],
    ['resources:\n  - ${file(tables.yml)}', ['resources', '0', 'Resources', 'Pets', 'Type'], 'tables.yml:4'],
    ['provider: ${file(parts.yml):provider}', ['provider', 'timeout'], 'parts.yml:2'],
    ['a: 1\nprovider: ${file(nowhere.yml)}', ['provider', 'timeout'], 'serverless.yml:2'],
    ['a: 1\nprovider: ${file(broken.yml)}', ['provider', 'timeout'], 'serverless.yml:2'],
    ['a: 1\nprovider: ${file(list.yml)}', ['provider', 'timeout'], 'serverless.yml:2'],
    ['a: 1\nprovider: ${file(parts.yml):other}', ['provider', 'timeout'], 'serverless.yml:2'],
  ];
  for (const [text, path, place] of rows)
    it(`finds ${path.join('.')} of ${JSON.stringify(text)} at ${place}`, () => {
      const { file: found, line } = wholeOf(text).placeOf(path);

      assert.equal(`${found}:${line}`, join(folder, place));
    });

  it('ends at a file that includes itself', () => {
    assert.equal(wholeOf('a: ${file(round.yml)}').placeOf(['a', 'a', 'b']).file, join(folder, 'round.yml'));
  });
});
