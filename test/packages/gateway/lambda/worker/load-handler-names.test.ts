/** What a handler's name may refer to in a module; the rules are those of Lambda's runtime (UserFunction.js). */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { OWN_PACKAGES } from '../../../../../packages/gateway/lambda/code/runtime-packages.ts';
import type { InstanceStart } from '../../../../../packages/gateway/lambda/thread/instance-start.ts';
import { loadHandler } from '../../../../../packages/gateway/lambda/worker/load-handler.ts';
import type { LoadedHandler } from '../../../../../packages/gateway/lambda/worker/load-handler.ts';
import { awslambda } from '../../../../../packages/gateway/lambda/worker/response-stream.ts';
import { aFolder } from '../start-runtime.ts';

/** Loads the handler in the process of the test. */
function load(
  file: string,
  text: string,
  handler: string,
  changes: Partial<InstanceStart> = {},
): Promise<LoadedHandler> {
  const path = join(aFolder({ 'package.json': '{}', [file]: text }), file);
  const start = {
    handler,
    runtime: 'nodejs24.x',
    code: { kind: 'file', file: path },
    layers: [],
    runtimePackages: OWN_PACKAGES,
    ...changes,
  };
  return loadHandler(start as unknown as InstanceStart, [], { lastUrl: () => undefined });
}

const FOUND: readonly {
  readonly what: string;
  readonly file?: string;
  readonly text: string;
  readonly handler: string;
}[] = [
  { what: 'an export of CommonJS', text: 'exports.h = (e) => e', handler: 'f.h' },
  { what: 'a member of an export', text: 'exports.a = { b: { h: (e) => e } }', handler: 'f.a.b.h' },
  { what: 'a member of a function', text: 'exports.a = () => 1; exports.a.h = (e) => e', handler: 'f.a.h' },
  {
    what: 'a module that is a function with the export',
    text: 'module.exports = () => 1; module.exports.h = (e) => e',
    handler: 'f.h',
  },
  { what: 'an export of an ES module', file: 'f.mjs', text: 'export const h = (e) => e', handler: 'f.h' },
  {
    what: 'a member of the default export',
    file: 'f.mjs',
    text: 'export default { h: (e) => e }',
    handler: 'f.h',
  },
  {
    what: 'an ES module with a top-level await',
    file: 'f.js',
    text: 'export const h = await Promise.resolve((e) => e)',
    handler: 'f.h',
  },
  { what: 'a file in a folder whose name has a dot', text: 'exports.h = (e) => e', handler: 'v1.2/f.h' },
];

describe('the handler of a module', () => {
  for (const { what, file = 'f.js', text, handler } of FOUND)
    it(`is found as ${what}`, async () => {
      const loaded = await load(file, text, handler);

      assert.equal(loaded.streams, undefined);
      assert.equal(Reflect.apply(loaded.call, undefined, ['event']), 'event');
    });

  for (const [text, message] of [
    ['exports.other = 1', 'f.h is undefined or not exported'],
    ['exports.h = null', 'f.h is undefined or not exported'],
    ['exports.h = { }', 'f.h is not a function'],
    ['exports.h = "text"', 'f.h is not a function'],
    ['module.exports = null', 'f.h is undefined or not exported'],
  ] as const)
    it(`is not found in ${text}`, async () => {
      await assert.rejects(load('f.js', text, 'f.h'), { name: 'Runtime.HandlerNotFound', message });
    });

  it('is not found in a member of a text', async () => {
    await assert.rejects(load('f.js', 'exports.a = "text"', 'f.a.length'), {
      name: 'Runtime.HandlerNotFound',
    });
  });

  it('may stream its response, with the mark that Lambda sets', async () => {
    Object.assign(globalThis, { awslambda });
    const [plain, marked] = await Promise.all([
      load('f.js', 'exports.h = awslambda.streamifyResponse(async (event, stream, context) => 1)', 'f.h'),
      load('f.js', 'exports.h = awslambda.streamifyResponse(async () => 1, { highWaterMark: 7 })', 'f.h'),
    ]);
    Reflect.deleteProperty(globalThis, 'awslambda');

    assert.deepEqual([plain.streams, marked.streams], [{}, { highWaterMark: 7 }]);
  });

  it('may have three parameters up to nodejs22.x', async () => {
    const text = 'exports.h = (event, context, callback) => 1';
    await load('f.js', text, 'f.h', { runtime: 'nodejs22.x' });

    await assert.rejects(load('f.js', text, 'f.h'), { name: 'Runtime.CallbackHandlerDeprecated' });
    await load('f.js', 'exports.h = (event, context) => 1', 'f.h');
  });
});

describe('a module that cannot be loaded', () => {
  it('fails with the error that it throws', async () => {
    await assert.rejects(load('f.js', 'throw new RangeError("x")', 'f.h'), {
      name: 'RangeError',
      message: 'x',
    });
    await assert.rejects(load('f.js', 'throw null', 'f.h'), (thrown) => thrown === null);
  });

  it('fails with a syntax error of Lambda’s runtime', async () => {
    await assert.rejects(load('f.js', 'exports.h = (', 'f.h'), {
      name: 'Runtime.UserCodeSyntaxError',
      message: /^SyntaxError: Unexpected/,
    });
  });

  for (const [file, text, name] of [
    ['f.js', "require('./gone')", 'Runtime.ImportModuleError'],
    ['f.mjs', "import './gone.mjs'", 'Error'],
  ] as const)
    it(`fails with ${name} if ${text} finds nothing`, async () => {
      await assert.rejects(load(file, text, 'f.h'), { name, message: /Cannot find module/ });
    });

  it('says how to install a package that is missing, and nothing of a file that is', async () => {
    await assert.rejects(load('f.js', "require('left-pad/x')", 'f.h'), {
      message: /'left-pad\/x'[^]*\(run cd \S+ && npm install left-pad\)$/,
    });
    await assert.rejects(
      load('f.js', "require('./gone')", 'f.h'),
      (error) => !String(error).includes('npm install'),
    );
  });

  it('names the layers that are not on this machine, from which the package may come', async () => {
    const layers = [
      { arn: 'arn:a', directory: undefined },
      { arn: 'arn:b', directory: '/opt' },
      { arn: 'arn:c', directory: undefined },
    ];

    await assert.rejects(load('f.js', "require('left-pad')", 'f.h', { layers }), {
      message: /\(the module may come from a layer that is not on this machine: arn:a, arn:c\)$/,
    });
  });
});
