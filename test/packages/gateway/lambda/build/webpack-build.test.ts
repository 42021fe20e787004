import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import type { ReloadEvent } from '../../../../../packages/gateway/lambda/runtime.ts';
import { aFolder, aFolderFunction, returned, startRuntime, writeFiles } from '../start-runtime.ts';

/** What serverless-webpack 5 does to the service and to webpack, without using either. */
const PLUGIN = `
const path = require('node:path');
const fs = require('node:fs');
const lib = { entries: {}, webpack: { isLocal: false } };
module.exports = class {
  static get lib() { return lib; }
  constructor(serverless, options) {
    const { service, config: { servicePath } } = serverless;
    this.hooks = {
      'webpack:validate:validate': async () => {
        for (const name of service.getAllFunctions()) {
          const module = service.getFunction(name).handler.split('.')[0];
          lib.entries[module] = './' + module + '.js';
        }
        const config = require(path.join(servicePath, service.custom.webpack.webpackConfig));
        const output = path.join(servicePath, options.out);
        fs.rmSync(output, { recursive: true, force: true });
        this.webpackConfig = { ...(service.custom.own === true ? {} : { entry: lib.entries }), ...config, output: path.join(output, 'service'), context: servicePath };
      },
    };
  }
};`;
const WEBPACK = `
const path = require('node:path');
const fs = require('node:fs');
module.exports = ({ entry, output, context, define }) => ({
  run(done) {
    const errors = [];
    const fileDependencies = new Set();
    for (const [name, source] of Object.entries(entry)) {
      const file = path.join(context, source);
      fileDependencies.add(file);
      let text = fs.readFileSync(file, 'utf8');
      if (text.includes('SYNTAX')) errors.push(new Error('Module parse failed\\n  at ' + source));
      for (const [word, value] of Object.entries(define)) text = text.replaceAll(word, value);
      fs.mkdirSync(path.dirname(path.join(output, name)), { recursive: true });
      fs.writeFileSync(path.join(output, name + '.js'), text);
    }
    done(null, { compilation: { errors, fileDependencies } });
  },
});`;
const SERVICE = {
  'node_modules/serverless-webpack/index.js': PLUGIN,
  'node_modules/webpack/index.js': WEBPACK,
  'node_modules/pack/index.js': 'module.exports = "packed"',
  'package.json': '{}',
  'webpack.config.js':
    "const { lib } = require('serverless-webpack');\nmodule.exports = { define: { BUILD: JSON.stringify(lib.webpack.isLocal ? 'local' : 'deployed') } };",
};

async function startWebpack(files: Readonly<Record<string, string>>, setsEntries?: boolean) {
  const folder = aFolder({ ...SERVICE, ...files });
  const handlers = ['src/a.handler', 'src/b.handler'];
  const service = {
    custom: { webpack: { webpackConfig: 'webpack.config.js' }, own: setsEntries !== undefined },
    functions: Object.fromEntries(handlers.map((handler, index) => [`f${index}`, { handler }])),
  };
  const webpack = { plugin: 'serverless-webpack', folder, service, setsEntries };
  const definitions = handlers.map((handler) => {
    const definition = aFolderFunction(folder, handler);
    return {
      ...definition,
      code: { ...definition.code, isBundled: true, webpack } as typeof definition.code,
    };
  });
  const started = await startRuntime([], { reload: true });
  const faults = new Faults(false);
  const replace = await started.runtime.prepare(definitions, new Map(), faults);
  replace();
  const messages = faults.all.map(
    ({ error, consequences }) => `${error.message} (${consequences.join('; ')})`,
  );
  return { ...started, folder, messages };
}

const SOURCES = {
  'src/a.js': 'exports.handler = async () => [BUILD, require("pack"), 1]',
  'src/b.js':
    'exports.handler = async () => [BUILD, process.env.LAMBDA_TASK_ROOT === require("path").dirname(__dirname)]',
};

describe('a service that bundles with webpack', () => {
  it('runs what its own webpack makes, by its own configuration', async () => {
    const { invoke, folder, messages } = await startWebpack(SOURCES);

    assert.deepEqual(messages, []);
    assert.deepEqual(returned(await invoke('src-a-handler')), ['local', 'packed', 1]);
    assert.deepEqual(returned(await invoke('src-b-handler')), ['local', true]);
    assert.equal(existsSync(join(folder, '.webpack')), false);
  });

  // serverless-webpack 5, lib/validate.js: with package.individually, the configuration must not have entries of its
  // own.
  it('has the entries of the plug-in if its functions are packaged individually', async () => {
    const { invoke, messages } = await startWebpack(SOURCES, true);

    assert.deepEqual(messages, []);
    assert.deepEqual(returned(await invoke('src-a-handler')), ['local', 'packed', 1]);
  });

  it('is built again after a change, and keeps the old code while webpack reports errors', async () => {
    const { invoke, runtime, folder } = await startWebpack(SOURCES);
    const heard: ((event: ReloadEvent) => void)[] = [];
    runtime.onReload((event) => heard.shift()?.(event));
    const change = (text: string): Promise<ReloadEvent> => {
      const event = new Promise<ReloadEvent>((resolve) => heard.push(resolve));
      writeFiles(folder, { 'src/a.js': text });
      return event;
    };
    returned(await invoke('src-a-handler'));

    const broken = await change('SYNTAX');
    const before = returned(await invoke('src-a-handler'));
    const mended = await change('exports.handler = async () => [BUILD, 2]');

    assert.deepEqual(broken, {
      kind: 'kept',
      functionName: 'src-a-handler',
      message: 'serverless-webpack: Module parse failed at ./src/a.js',
    });
    assert.deepEqual(before, ['local', 'packed', 1]);
    assert.equal(mended.kind, 'reloaded');
    assert.deepEqual(returned(await invoke('src-a-handler')), ['local', 2]);
  });

  it('is bundled by esbuild if its webpack cannot, which is reported once', async () => {
    const { invoke, messages } = await startWebpack({
      ...SOURCES,
      'webpack.config.js': "throw new Error('no loader');",
      'src/b.js': 'exports.handler = async () => 3',
    });

    assert.deepEqual(messages, [
      'serverless-webpack: no loader (the webpack build of the service fails on this machine, so the functions are bundled with esbuild instead)',
    ]);
    assert.equal(returned(await invoke('src-b-handler')), 3);
  });

  for (const [how, config, expected] of [
    [
      'an error with members',
      "queueMicrotask(() => { throw Object.assign(new RangeError('no such loader'), { code: 'E', seen: ['a'] }); });",
      'it ended with code 1: RangeError: no such loader',
    ],
    ['an exit without a word', 'process.exit(3)', 'it ended with code 3'],
    [
      'a text and an exit',
      "require('node:fs').writeSync(2, 'stop here\\n'); process.exit(3)",
      'it ended with code 3: stop here',
    ],
    ['a signal', "process.kill(process.pid, 'SIGKILL')", 'it was ended by the signal SIGKILL'],
  ] as const)
    it(`says why its webpack ended: ${how}`, async () => {
      const { messages } = await startWebpack({
        ...SOURCES,
        'webpack.config.js': `${config};module.exports = {};`,
      });

      assert.match(messages.join('\n'), new RegExp(`^serverless-webpack: ${expected} \\(the webpack build`));
    });
});
