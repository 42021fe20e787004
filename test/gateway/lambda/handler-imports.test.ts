import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readImports } from '../../../gateway/lambda/handler-imports.ts';
import { aFolder } from './start-runtime.ts';

// Source: TypeScript handbook, "Modules", import elision
describe('readImports', () => {
  it('leaves out packages of which a handler takes types alone, written as such or not', async () => {
    const folder = aFolder({
      'a.ts': `import { APIGatewayProxyEvent } from 'aws-lambda';
        import type { Context } from 'only-types';
        import { v4, type V4Options } from 'uuid';
        import 'reflect-metadata';
        import { twice } from './b.ts';
        export const handler = async (event: APIGatewayProxyEvent, context: Context, o?: V4Options) => twice(v4(o)) + require('lodash').x;`,
      'b.ts': `import { Handler } from 'aws-lambda';
        export const twice = (text: string): string => { const h: Handler | undefined = undefined; return text + text + String(h); };`,
    });

    const imports = await readImports(join(folder, 'a.ts'), folder);

    assert.deepEqual(imports.map(({ specifier, isCertain }) => [specifier, isCertain]).sort(), [
      ['lodash', false],
      ['reflect-metadata', true],
      ['uuid', true],
    ]);
  });

  // Source: Lambda developer guide, "Packaging layer content": a layer is unpacked under /opt
  it('still names the packages of a handler that loads a module of a layer by its path', async () => {
    const folder = aFolder({
      'a.js': `const dates = require('/opt/nodejs/dates');
        const aws = require('aws-sdk/clients/dynamodb');
        exports.handler = async () => [dates, aws];`,
    });

    const imports = await readImports(join(folder, 'a.js'), folder);

    assert.deepEqual(
      imports.map(({ specifier }) => specifier),
      ['aws-sdk/clients/dynamodb'],
    );
  });
});
