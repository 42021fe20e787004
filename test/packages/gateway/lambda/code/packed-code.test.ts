import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { describePacked } from '../../../../../packages/gateway/lambda/code/packed-code.ts';
import type { PackedCode } from '../../../../../packages/gateway/core/stack/function.ts';
import { writeZip } from '../../../../../packages/base/aws/zip-archive.ts';
import { aFolder, anInlineFunction, returned, startRuntime } from '../start-runtime.ts';

function packCode(folder: string, files: Readonly<Record<string, string>>): PackedCode {
  const file = join(folder, 'code.zip');
  writeFileSync(
    file,
    writeZip(new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]))),
  );
  const { size, mtimeMs } = statSync(file);
  return { file, version: `${size}-${mtimeMs}` };
}

const PACKED = { 'src/a.js': 'exports.handler = async () => "packaged"' };

/** The answer of the function with this source, these settings and this package, and its findings. */
async function served(
  source: Readonly<Record<string, string>>,
  settings: { readonly esbuild?: Readonly<Record<string, unknown>>; readonly isBundled?: true } = {},
): Promise<{ readonly answer: unknown; readonly messages: readonly string[] }> {
  const directory = aFolder({ 'package.json': '{}', ...source });
  const packed = packCode(directory, PACKED);
  const code = { kind: 'directory', directory, esbuild: undefined, packed, ...settings } as const;
  const { runtime, invoke } = await startRuntime([]);
  const faults = new Faults(false);
  const replace = await runtime.prepare(
    [anInlineFunction('a', '', { handler: 'src/a.handler', code })],
    new Map(),
    faults,
  );
  replace();
  return {
    answer: returned(await invoke('a')),
    messages: faults.all.map(({ error, consequences }) => `${error.message} (${consequences.join('; ')})`),
  };
}

describe('code that was packaged', () => {
  it('is an archive that runs as in Lambda: only JavaScript, with any other files', async () => {
    const folder = aFolder({ 'package.json': '{"type":"module"}' });
    const packed = packCode(folder, {
      'a.ts': 'export const handler = async (): Promise<string> => "source"',
      'a.js': 'exports.handler = async () => ["built", process.env.LAMBDA_TASK_ROOT === __dirname]',
    });
    const { invoke } = await startRuntime(
      [anInlineFunction('a', '', { handler: 'a.handler', code: { kind: 'archive', packed } })],
      { cacheDirectory: join(folder, 'cache') },
    );

    assert.deepEqual(returned(await invoke('a')), ['built', true]);
  });

  it('fails its function by a sentence if the archive cannot be used', async () => {
    const folder = aFolder({ 'code.zip': 'no zip' });
    const { runtime, invoke } = await startRuntime([]);
    const faults = new Faults(false);
    const packed = { file: join(folder, 'code.zip'), version: '6-1' };
    const replace = await runtime.prepare(
      [anInlineFunction('a', '', { code: { kind: 'archive', packed } })],
      new Map(),
      faults,
    );
    replace();

    assert.match(faults.all[0]?.error.message ?? '', /code\.zip is not a zip archive/);
    assert.notEqual((await invoke('a')).kind, 'returned');
  });

  it('does not run while a bundle can be made of the source', async () => {
    const { answer, messages } = await served({
      'src/a.ts': 'export const handler = async (): Promise<string> => "source"',
    });

    assert.equal(answer, 'source');
    assert.deepEqual(messages, []);
  });

  it('needs no bundler of the service: JavaScript is bundled here, too', async () => {
    const { answer, messages } = await served(
      {
        'src/a.js': 'import { text } from "./text";\nexport const handler = async () => text;',
        'src/text.js': 'export const text = "bundled";',
      },
      { isBundled: true },
    );

    assert.equal(answer, 'bundled');
    assert.deepEqual(messages, []);
  });

  const broken: readonly [why: string, source: Readonly<Record<string, string>>, says: RegExp][] = [
    ['the handler is created by the build', {}, /there is no src\/a\.ts/],
    ['a file needs a loader', { 'src/a.ts': 'import "./q.graphql";', 'src/q.graphql': '' }, /No loader/],
    [
      'an import belongs to the bundler',
      { 'src/a.ts': 'import x from "virtual-thing"; export const handler = async () => x;' },
      /Cannot find package "virtual-thing"/,
    ],
  ];
  for (const [why, source, says] of broken)
    it(`runs in place of a source that cannot be bundled: ${why}`, async () => {
      const { answer, messages } = await served(source);

      assert.equal(answer, 'packaged');
      assert.equal(messages.length, 1);
      assert.match(messages[0] ?? '', says);
      assert.match(messages[0] ?? '', /the package built 0 min ago runs instead \(.*code\.zip\)/);
      assert.match(messages[0] ?? '', /package the service again after you change its source/);
    });

  it('runs in place of a bundle that would lack its build plug-ins', async () => {
    const esbuild = { plugins: [{ name: 'graphql' }] };
    const { answer, messages } = await served(
      { 'src/a.ts': 'export const handler = async () => 1' },
      { esbuild },
    );

    assert.equal(answer, 'packaged');
    assert.match(
      messages.join(),
      /plugins "graphql" \(the gateway does not run build plug-ins\) \(the package built/,
    );
  });
});

describe('describePacked', () => {
  it('says how old the package is', () => {
    const packed = { file: '/app/.serverless/a.zip', version: `10-${Date.parse('2026-11-20T10:00:00Z')}` };

    assert.equal(
      describePacked(packed, Date.parse('2026-11-20T13:10:00Z')),
      'the package built 3 h ago runs instead (/app/.serverless/a.zip); package the service again after you change its source',
    );
  });
});
