import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { findDecoratorMetadata } from '../../../../../packages/gateway/lambda/build/decorator-metadata.ts';
import { aFolder, aFolderFunction, returned, startRuntime } from '../start-runtime.ts';

const TSCONFIG =
  '{ "compilerOptions": { "target": "es2019", "experimentalDecorators": true, "emitDecoratorMetadata": true } }';
const SOURCES = {
  'metadata.ts':
    'export const seen: unknown[] = [];\n(Reflect as any).metadata = (key: string, value: any) => () => { if (key === "design:paramtypes") seen.push(value.map((one: any) => one.name)) };',
  'service.ts':
    'export class Service { greeting = "hello" }\nexport interface Wish { readonly text: string }',
  'a.ts': `import { seen } from './metadata.ts';
import { Service, Wish } from './service.ts';
const injectable = (): ClassDecorator => () => undefined;
@injectable()
class Shop {
  private count = 1;
  constructor(readonly service: Service, readonly wish: Wish) {}
}
export const handler = async () => [seen, Shop.name, new Shop(new Service(), { text: '' }).service.greeting];`,
};

/** A service with a TypeScript of its own: the one of this checkout. */
function withTypeScript(folder: string): string {
  const own = dirname(dirname(fileURLToPath(import.meta.resolve('typescript'))));
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(own, join(folder, 'node_modules', 'typescript'), 'dir');
  return folder;
}

describe('a service whose tsconfig.json has emitDecoratorMetadata', () => {
  it('gets the types of constructors by its own TypeScript, as frameworks inject by them', async () => {
    const folder = withTypeScript(aFolder({ 'tsconfig.json': TSCONFIG, ...SOURCES }));
    const { invoke } = await startRuntime([aFolderFunction(folder, 'a.handler')]);

    assert.deepEqual(returned(await invoke('a-handler')), [[['Service', 'Object']], 'Shop', 'hello']);
  });

  it('may re-export its handlers, as CommonJS and from files that only import a package of a scope', async () => {
    const scoped = {
      'node_modules/@scope/pack/index.js': 'exports.name = "pack"',
      'b.ts': 'import { name } from "@scope/pack"; export const handler = async () => name;',
      'all.ts': 'export * from "./b.ts";',
    };
    const results = ['commonjs', 'esnext'].map(async (module) => {
      const tsconfig = TSCONFIG.replace('"target"', `"module": "${module}", "target"`);
      const decorated = module === 'commonjs' ? { ...SOURCES, 'all.ts': 'export * from "./a.ts";' } : {};
      const folder = withTypeScript(aFolder({ ...scoped, ...decorated, 'tsconfig.json': tsconfig }));
      const { invoke } = await startRuntime([aFolderFunction(folder, 'all.handler')]);
      return returned(await invoke('all-handler'));
    });

    assert.deepEqual(await Promise.all(results), [[[['Service', 'Object']], 'Shop', 'hello'], 'pack']);
  });

  it('may have it from a file that its own extends', () => {
    const folder = withTypeScript(
      aFolder({ 'base.json': TSCONFIG, 'tsconfig.json': '{ "extends": "./base.json" }', ...SOURCES }),
    );

    assert.equal(findDecoratorMetadata(join(folder, 'a.ts')).kind, 'emitted');
  });

  it('is reported if it has no TypeScript', () => {
    const folder = aFolder({ 'tsconfig.json': TSCONFIG, ...SOURCES });
    const found = findDecoratorMetadata(join(folder, 'a.ts'));

    assert.ok(found.kind === 'missing');
    assert.match(found.reason, /tsconfig\.json sets emitDecoratorMetadata, which needs TypeScript /);
  });

  it('is not affected without this setting', () => {
    const folder = withTypeScript(aFolder({ 'tsconfig.json': '{ "compilerOptions": {} }', ...SOURCES }));

    assert.equal(findDecoratorMetadata(join(folder, 'a.ts')).kind, 'not asked');
    assert.equal(findDecoratorMetadata('/a.ts').kind, 'not asked');
  });
});
