import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  chooseRequestTemplate,
  chooseResponseTemplate,
} from '../../../../../packages/gateway/core/mapping/choose-template.ts';
import { compileTemplate } from '../../../../../packages/gateway/velocity/compile.ts';
import type {
  MediaTemplates,
  Passthrough,
} from '../../../../../packages/gateway/core/mapping/integration.ts';

function templates(...mediaTypes: string[]): MediaTemplates {
  return new Map(mediaTypes.map((type) => [type, compileTemplate('{}', type)]));
}

describe('chooseRequestTemplate (docs/aws §7.1)', () => {
  const rows: readonly {
    name: string;
    types: string[];
    contentType: string | undefined;
    passthrough?: Passthrough;
    expected: string;
  }[] = [
    { name: 'takes the exact type', types: ['text/xml'], contentType: 'text/xml', expected: 'text/xml' },
    {
      name: 'looks past parameters and case',
      types: ['application/json'],
      contentType: 'Application/JSON; charset=utf-8',
      expected: 'application/json',
    },
    {
      name: 'takes application/json if the client names no type',
      types: ['application/json'],
      contentType: undefined,
      expected: 'application/json',
    },
    { name: 'falls back to $default', types: ['$default'], contentType: 'text/csv', expected: '$default' },
    { name: 'passes by default', types: ['text/xml'], contentType: 'text/csv', expected: 'passthrough' },
    {
      name: 'refuses a type without template under WHEN_NO_TEMPLATES',
      types: ['text/xml'],
      contentType: 'text/csv',
      passthrough: 'WHEN_NO_TEMPLATES',
      expected: 'unsupported',
    },
    {
      name: 'passes if there are no templates under WHEN_NO_TEMPLATES',
      types: [],
      contentType: 'text/csv',
      passthrough: 'WHEN_NO_TEMPLATES',
      expected: 'passthrough',
    },
    {
      name: 'never passes under NEVER',
      types: [],
      contentType: 'text/csv',
      passthrough: 'NEVER',
      expected: 'unsupported',
    },
  ];
  for (const { name, types, contentType, passthrough = 'WHEN_NO_MATCH', expected } of rows)
    it(name, () => {
      const choice = chooseRequestTemplate(templates(...types), contentType, passthrough);
      assert.equal(choice.kind === 'template' ? choice.template.name : choice.kind, expected);
    });
});

describe('chooseResponseTemplate (docs/aws §7.1)', () => {
  const rows: readonly { accept: string | undefined; types: string[]; expected: string | undefined }[] = [
    { accept: undefined, types: [], expected: undefined },
    { accept: undefined, types: ['text/xml', 'application/json'], expected: 'application/json' },
    { accept: 'text/xml', types: ['application/json', 'text/xml'], expected: 'text/xml' },
    { accept: 'text/html, text/xml;q=0.9', types: ['application/json', 'text/xml'], expected: 'text/xml' },
    { accept: 'image/png', types: ['text/xml', 'application/json'], expected: 'application/json' },
    { accept: 'image/png', types: ['text/xml', 'text/csv'], expected: 'text/xml' },
  ];
  for (const { accept, types, expected } of rows)
    it(`answers Accept ${accept ?? '(none)'} of [${types.join(', ')}] with ${expected ?? 'no template'}`, () => {
      assert.equal(chooseResponseTemplate(templates(...types), accept)?.mediaType, expected);
    });

  // aws/aws-cli#1610: the API stores an empty text as null, which the console writes for a method that passes output
  // through. The CLI tutorials of AWS set application/json="" and get the body of the function.
  for (const { accept, expected } of [
    { accept: undefined, expected: undefined },
    { accept: 'application/json', expected: undefined },
    { accept: 'text/xml', expected: 'text/xml' },
  ])
    it(`passes the body through if the template for Accept ${accept ?? '(none)'} is an empty text`, () => {
      const some = new Map([
        ['application/json', compileTemplate('', 'application/json')],
        ['text/xml', compileTemplate('<a/>', 'text/xml')],
      ]);

      assert.equal(chooseResponseTemplate(some, accept)?.mediaType, expected);
    });
});
