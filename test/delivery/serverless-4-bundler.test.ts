/** Which services Serverless 4 deploys: it bundles TypeScript without a setting, which osls does not. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadStacks } from '../../packages/gateway/templates/load.ts';
import { OPTIONS } from '../packages/gateway/templates/stack-builders.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-serverless-4-'));
after(() => rmSync(folder, { recursive: true }));

type Row = {
  readonly name: string;
  readonly lines?: readonly string[];
  readonly manifest?: object;
  readonly handler?: string;
  readonly isBundled: boolean;
  /** Whether a start says that osls does not bundle. */
  readonly isWarned?: true;
};

const DASHBOARD = ['org: somebody', 'app: shop'];
const OF_4 = { devDependencies: { serverless: '^4.4.0' } };
const OSLS = { devDependencies: { osls: '^4.3.1' } };

// Source: https://www.serverless.com/framework/docs/providers/aws/guide/building
const ROWS: readonly Row[] = [
  { name: 'frameworkVersion 4', lines: ["frameworkVersion: '4'"], isBundled: true },
  { name: 'serverless 4 in package.json', manifest: OF_4, isBundled: true },
  // stra1g/serverless-url-shortner
  { name: 'org and app of the dashboard', lines: DASHBOARD, isBundled: true },
  {
    name: 'org and app, and osls for the gateway',
    lines: DASHBOARD,
    manifest: OSLS,
    isBundled: true,
    isWarned: true,
  },
  {
    name: 'serverless 4 in package.json, and osls for the gateway',
    manifest: { devDependencies: { ...OF_4.devDependencies, ...OSLS.devDependencies } },
    isBundled: true,
    isWarned: true,
  },
  // osls 4 needs the line as well.
  {
    name: 'frameworkVersion 4, and osls in package.json',
    lines: ["frameworkVersion: '4'"],
    manifest: OSLS,
    isBundled: false,
  },
  {
    name: 'frameworkVersion 4, and osls under the name serverless',
    lines: ["frameworkVersion: '4'"],
    manifest: { devDependencies: { serverless: 'npm:osls@^4.3.1' } },
    isBundled: false,
  },
  {
    name: 'org and app with Serverless 3',
    lines: [...DASHBOARD, "frameworkVersion: '3'"],
    isBundled: false,
  },
  {
    name: 'org and app with serverless 3 in package.json',
    lines: DASHBOARD,
    manifest: { devDependencies: { serverless: '3.40.0' } },
    isBundled: false,
  },
  { name: 'no version', isBundled: false },
  {
    name: 'org and app, without its bundler',
    lines: [...DASHBOARD, 'build: { esbuild: false }'],
    isBundled: false,
  },
  { name: 'org and app, with handlers in JavaScript', lines: DASHBOARD, handler: 'a.js', isBundled: false },
];

describe('a service whose handler is TypeScript', () => {
  for (const [
    index,
    { name, lines = [], manifest = {}, handler = 'a.ts', isBundled, isWarned },
  ] of ROWS.entries())
    it(`is ${isBundled ? '' : 'not '}bundled by Serverless 4 with ${name}`, async () => {
      const service = join(folder, `s${index}`);
      mkdirSync(service);
      const text = `service: s${index}\n${lines.join('\n')}
provider: { name: aws, runtime: nodejs24.x }
functions: { a: { handler: a.handler, events: [{ http: GET /a }] } }`;
      writeFileSync(join(service, 'serverless.yml'), text);
      writeFileSync(join(service, 'package.json'), JSON.stringify(manifest));
      writeFileSync(join(service, handler), 'export const handler = async () => 1;');
      const informed: string[] = [];
      const onProgress = (message: string): void => void informed.push(message);

      const [stack] = await loadStacks([service], { ...OPTIONS, onProgress });

      const code = stack?.functions[0]?.code;
      assert.deepEqual(code?.kind === 'directory' && code.esbuild, isBundled ? {} : undefined);
      const said = informed.filter((sentence) => sentence.includes('Serverless 4 bundles'));
      assert.equal(said.length, isWarned === true ? 1 : 0, informed.join('\n'));
      if (isWarned === true)
        assert.match(
          said[0] ?? '',
          /^s\d+: Serverless 4 bundles the handlers, which are TypeScript, but osls does not: to deploy with osls, install serverless-esbuild and list it under plugins$/,
        );
    });
});
