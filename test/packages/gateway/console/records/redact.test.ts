import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRedactor } from '../../../../../packages/gateway/console/records/redact.ts';

const redactor = createRedactor('key of a test');
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLXRleHQ';

describe('createRedactor', () => {
  const texts: { name: string; text: string; gone: string; stays?: string }[] = [
    {
      name: 'members of JSON by name',
      text: '{"user":"alice","password":"hunter2hunter2"}',
      gone: 'hunter2',
      stays: 'alice',
    },
    {
      name: 'headers of an event',
      text: '{"headers":{"authorization":"Basic YWxpY2U6c2VjcmV0"}}',
      gone: 'YWxpY2U6',
      stays: 'Basic',
    },
    {
      name: 'values of several lists',
      text: '{"multiValueHeaders":{"Cookie":["a=secret-value-1"]}}',
      gone: 'secret-value',
      stays: 'a=',
    },
    {
      name: 'the identity source of an authorizer’s event',
      text: '{"identitySource":["Bearer abcdefghijkl"]}',
      gone: 'abcdefghij',
    },
    {
      name: 'a body within an event',
      text: JSON.stringify({ body: '{"clientSecret":"s3cr3t-value"}' }),
      gone: 's3cr3t',
    },
    {
      name: 'the query of an event',
      text: '{"rawQueryString":"token=abcdefgh&page=1"}',
      gone: 'abcdefgh',
      stays: 'page=1',
    },
    { name: 'a token in a log line', text: `called with ${JWT} today`, gone: 'c2lnbmF0dXJl', stays: 'today' },
    {
      name: 'fields of a form',
      text: 'grant_type=password&username=alice&password=hunter2hunter2&client_secret=s3cr3t-value',
      gone: 'hunter2',
      stays: 'username=alice',
    },
    {
      name: 'a form within an event',
      text: JSON.stringify({ body: 'username=alice&refresh_token=abcdefgh' }),
      gone: 'abcdefgh',
      stays: 'username=alice',
    },
    {
      name: 'parameters of an address in a text',
      text: 'asked https://example.com/cb?page=1&access_token=abcdefgh for it',
      gone: 'abcdefgh',
      stays: 'page=1&access_token=',
    },
    {
      name: 'a token that an answer calls just that',
      text: '{"user":"alice","token":"abcdefghijklmnop"}',
      gone: 'abcdefgh',
      stays: 'alice',
    },
    { name: 'JSON that ends early', text: '{"password":"hunter2hunter2","na', gone: 'hunter2' },
  ];

  for (const { name, text, gone, stays = '' } of texts) {
    it(`takes out ${name}`, () => {
      const shown = redactor.text(text);

      assert.ok(!shown.includes(gone), shown);
      assert.ok(shown.includes(stays), shown);
    });
  }

  it('gives the same secret the same fingerprint, which is valid for this start only', () => {
    const value = redactor.value('x-api-key', 'abcdefghijklmnopqrst');

    assert.match(value, /^\[[0-9a-f]{8}\.\.qrst\]$/);
    assert.equal(redactor.value('X-Api-Key', 'abcdefghijklmnopqrst'), value);
    assert.notEqual(createRedactor('another').value('x-api-key', 'abcdefghijklmnopqrst'), value);
  });

  it('takes secrets out of addresses and signatures in headers', () => {
    const referer = redactor.value('Referer', 'https://example.com/cb?access_token=abcdefgh');
    const location = redactor.value('location', 'https://example.com/#id_token=abcdefgh&state=7');

    assert.match(referer, /^https:\/\/example\.com\/cb\?access_token=\[[0-9a-f]{8}\]$/);
    assert.match(location, /#id_token=\[[0-9a-f]{8}\]&state=7$/);
    assert.doesNotMatch(redactor.value('X-Hub-Signature-256', 'sha256=abcdefghijkl'), /abcdef/);
    assert.doesNotMatch(redactor.query('sig=abcdefgh&page=1'), /abcdefgh/);
  });

  it('takes codes and keys of queries for secrets, and of nothing else', () => {
    for (const name of ['code', 'key']) {
      assert.match(redactor.query(`${name}=4-0AbCdEfGh&page=1`), /^\w+=\[[0-9a-f]{8}\]&page=1$/);
      for (const text of [
        `{"queryStringParameters":{"${name}":"4-0AbCdEfGh"}}`,
        `{"multiValueQueryStringParameters":{"${name}":["4-0AbCdEfGh"]}}`,
        `see https://example.com/cb?${name}=4-0AbCdEfGh&state=7`,
        `${name}=4-0AbCdEfGh&grant_type=authorization_code`,
      ])
        assert.ok(!redactor.text(text).includes('4-0AbCd'), redactor.text(text));
      for (const text of [`{"${name}":"ENOENT-1"}`, `${name}=ENOENT-1 was said`])
        assert.equal(redactor.text(text), text);
    }
    assert.equal(redactor.query('code=US&key=7'), 'code=US&key=7');
  });

  it('masks known secrets in JSON without breaking it', () => {
    const knowing = createRedactor('key of a test', ['12345678', 'quote"d\\secret']);

    const shown = knowing.text('{"n":12345678,"12345678":"a 12345678 b","t":"quote\\"d\\\\secret","m":1}');

    assert.doesNotMatch(shown, /12345678|quote/);
    assert.equal((JSON.parse(shown) as { m: number }).m, 1);
  });

  describe('that was given a secret', () => {
    const basic = Buffer.from('alice:pass wörd').toString('base64');
    const opaque = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc';
    const knowing = createRedactor('key of a test', [JWT, opaque, basic]);
    const cut: readonly (readonly [name: string, text: string, gone: string])[] = [
      ['its beginning', `token ${opaque.slice(0, 10)}… of alice`, opaque.slice(0, 10)],
      ['its beginning before dots', `token ${opaque.slice(0, 14)}... of alice`, opaque.slice(0, 14)],
      ['its end', `ends in ${opaque.slice(-16)}`, opaque.slice(-16)],
      ['the beginning of a JWT', JSON.stringify({ seen: JWT.slice(0, 40) }), JWT.slice(0, 40)],
      ['only the claims of a JWT', `claims ${JWT.split('.')[1] ?? ''}`, JWT.split('.')[1] ?? ''],
      ['the password of Basic', 'checks pass wörd for alice', 'pass wörd'],
      ['the user and password of Basic', '{"auth":"alice:pass wörd"}', 'alice:pass'],
      ['the password of Basic in a query', 'https://a.example/?p=pass%20w%C3%B6rd', 'pass%20w'],
    ];
    for (const [name, text, gone] of cut)
      it(`takes out ${name}`, () => {
        const shown = knowing.text(text);

        assert.ok(!shown.includes(gone), shown);
        assert.match(shown, /\[[0-9a-f]{8}(\.\.\S{1,4})?\]/);
      });

    it('does not mask text that only looks like a part of it', () => {
      for (const text of ['sk_live of alice', 'food-delivery-dev-listUsers', 'sk_live_4eC39HqXX is another'])
        assert.equal(knowing.text(text), text);
    });

    it('gives a part the fingerprint of the whole', () => {
      assert.equal(knowing.text(`a ${opaque.slice(0, 12)}`), `${knowing.text(`a ${opaque}`)}…`);
    });
  });

  it('takes numbers of secrets out of JSON, and keeps those that are too short, and counts', () => {
    const shown = JSON.parse(
      redactor.text('{"password":12345678,"nested":[{"pin":4711,"client_secret":987654}],"count":123456}'),
    ) as { password: unknown; nested: { client_secret: unknown }[]; count: unknown };

    assert.match(String(shown.password), /^\[[0-9a-f]{8}\]$/);
    assert.match(String(shown.nested[0]?.client_secret), /^\[[0-9a-f]{8}\]$/);
    assert.equal(shown.count, 123_456);
    assert.equal(redactor.text('{"password":123}'), '{"password":123}');
  });

  it('masks the longer of two secrets first, whichever was added first', () => {
    const [short, long] = ['abcdefgh', 'abcdefghijklmnop'];
    for (const secrets of [
      [short, long],
      [long, short],
    ]) {
      const knowing = createRedactor('key of a test', secrets);

      const shown = knowing.text(`one ${long}, other ${short}.`);

      assert.doesNotMatch(shown, /abcdefgh|ijkl/);
      assert.match(shown, /^one \[[0-9a-f]{8}\.\.mnop\], other \[[0-9a-f]{8}\]\.$/);
    }
  });

  it('does not mask text that is not a secret', () => {
    for (const text of ['plain', '{"orderId":"o-1","token_use":"id"}', '[1,2,3]'])
      assert.equal(redactor.text(text), text);
    assert.equal(redactor.value('content-type', 'application/json'), 'application/json');
    assert.equal(redactor.query('page=1&flag'), 'page=1&flag');
  });
});
