/** Where the code of a handler is: relative to the working directory, and inline code by the lines of its template. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { readHandlerOf } from '../../../../../../packages/gateway/engine/compose/control-port/handler-text.ts';
import type { ResolvedStack } from '../../../../../../packages/gateway/core/stack/model.ts';

const TEMPLATE = `Resources:
  Page:
    Type: AWS::Lambda::Function
    Properties:
      Code:
        ZipFile: |
          exports.handler = async () => ({
            statusCode: 200,
          });
`;
const SOURCE = 'exports.handler = async () => ({\n  statusCode: 200,\n});\n';

function stackOf(file: string, code: object, line: number): ResolvedStack {
  const definition = {
    name: 'page',
    logicalId: 'Page',
    runtime: 'nodejs22.x',
    handler: 'index.handler',
    code,
    place: { file },
    environment: {},
  };
  return {
    functions: [definition],
    resources: new Map([['Page', { place: () => ({ file, line }) }]]),
  } as unknown as ResolvedStack;
}

describe('readHandlerOf', () => {
  it('gives inline code of a block the lines of its template', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-inline-'));
    const file = join(folder, 'template.yaml');
    writeFileSync(file, TEMPLATE);
    const read = readHandlerOf([stackOf(file, { kind: 'inline', source: SOURCE }, 6)], 'page');
    const written = (text: string): number => text.split('\n').findIndex((one) => one.includes('statusCode'));
    rmSync(folder, { recursive: true });

    assert.equal(read?.file, file);
    assert.equal(written(read.text), written(TEMPLATE));
  });

  it('names a file below the working directory by its path from there', () => {
    const directory = mkdtempSync(join(process.cwd(), 'node_modules/.cache/handler-'));
    writeFileSync(join(directory, 'index.js'), SOURCE);
    const read = readHandlerOf([stackOf('template.json', { kind: 'directory', directory }, 1)], 'page');
    rmSync(directory, { recursive: true });

    assert.equal(read?.file, relative(process.cwd(), join(directory, 'index.js')).replaceAll('\\', '/'));
  });
});
