import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseValues } from '../../../../../packages/gateway/services/values/value-definitions.ts';

const noFile = (path: string): Buffer => {
  throw new Error(`${path} is not there`);
};

describe('parseValues', () => {
  it('reads the bytes of named files', () => {
    const { objects, attached, faults } = parseValues(
      's3: { photos: { logo.png: !file ./logo.png } }',
      '/app/gatewright.values.yml',
      () => Buffer.from([1, 255]),
    );

    assert.deepEqual(
      [objects.get('photos/logo.png'), attached, faults],
      [
        {
          bytes: Buffer.from([1, 255]),
          isText: false,
          contentType: 'image/png',
          file: '/app/logo.png',
        },
        ['/app/logo.png'],
        [],
      ],
    );
  });

  it('keeps JSON whose members are like the members of a parameter', () => {
    const { parameters, faults } = parseValues(
      'ssm: { /a: { values: [1] }, /b: { time: 5 }, /c: { type: shop, name: x }, /d: {} }',
      'v.yml',
      noFile,
    );

    assert.deepEqual(faults, []);
    assert.deepEqual(
      [...parameters.values()].map(({ value }) => value),
      ['{"values":[1]}', '{"time":5}', '{"type":"shop","name":"x"}', '{}'],
    );
  });

  // Faults are reported by place and key: the file is full of secrets.
  const wrong: [what: string, text: string, told: RegExp][] = [
    ['no YAML', 'ssm:\n  /a: "hush', /^v\.yml:2: the file is not valid YAML \(MISSING_CHAR at column 12\)/],
    ['an unknown tag', 'ssm:\n  /a: !hush 1', /^v\.yml:2: the file is not valid YAML/],
    [
      'an unknown section',
      'smm: { /a: hush }',
      /^v\.yml:1: unknown section smm; expected one of ssm, secretsmanager, s3, appconfig; did you mean ssm\?/,
    ],
    [
      'a value that is missing',
      'ssm:\n  /a:\n  /b: hush',
      /^v\.yml:2: \/a has no value; for an empty value, write ""/,
    ],
    ['no name of a parameter', 'ssm: { "a b": hush }', /^v\.yml:1: ssm: a b is not a parameter name/],
    [
      'an unknown type',
      'ssm: { /a: { type: Secret, value: hush } }',
      /^v\.yml:1: ssm: the type of \/a must be one of/,
    ],
    [
      'a misspelt value',
      'ssm:\n  /b:\n    vlaue: hush\n',
      /^v\.yml:3: ssm: \/b has the unknown member vlaue; did you mean value\? To store JSON, write the JSON as a string$/,
    ],
    [
      'a misspelt value beside a type',
      'ssm: { /b: { type: SecureString, secret: hush } }',
      /^v\.yml:1: ssm: \/b has the unknown member secret; only type and value are read/,
    ],
    [
      'a misspelt type',
      'ssm: { /b: { tpye: SecureString, value: hush } }',
      /^v\.yml:1: ssm: \/b has the unknown member tpye; did you mean type\?/,
    ],
    [
      'a type without a value',
      'ssm: { /b: { type: SecureString } }',
      /^v\.yml:1: ssm: \/b has no value; add the member "value"$/,
    ],
    [
      'members that parameters have on AWS',
      'ssm: { /b: { value: hush, tier: Advanced } }',
      /^v\.yml:1: ssm: \/b has the unknown member tier; only type and value are read/,
    ],
    ['bytes as parameter', 'ssm: { /a: !!binary AAH/ }', /^v\.yml:1: ssm: \/a is not a string/],
    ['no bucket', 's3: { A: { b: hush } }', /^v\.yml:1: s3: A is not a bucket name/],
    ['a file that is not there', 's3: { abc: { b: !file b } }', /^v\.yml:1: abc\/b: .*b is not there/],
    ['an anchor that is not there', 'secretsmanager: { a: [*hush] }', /^v\.yml:1: /],
  ];
  for (const [what, text, messages] of wrong) {
    it(`reports ${what}, and no value`, () => {
      const { faults } = parseValues(text, 'v.yml', noFile);

      const [first = '', ...others] = faults.map((fault) => fault.describe());
      assert.match(first, messages);
      assert.deepEqual(others, []);
      assert.doesNotMatch(first, /hush/);
    });
  }
});
