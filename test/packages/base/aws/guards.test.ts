import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isAllowedHost,
  refuseForeignHost,
  refuseForeignOrigin,
} from '../../../../packages/base/aws/guards.ts';

const RULE = { port: 4000, allowHosts: ['demo.example.com', 'localhost:8080', '*.wild.example'] };

describe('isAllowedHost', () => {
  for (const { host, admitted, why } of [
    { host: '127.0.0.1:4000', admitted: true, why: 'loopback' },
    { host: '127.9.9.9:4000', admitted: true, why: '127.0.0.0/8 is loopback' },
    { host: '[::1]:4000', admitted: true, why: 'loopback' },
    { host: 'localhost:4000', admitted: true, why: 'loopback' },
    { host: 'LOCALHOST:4000', admitted: true, why: 'names have no case' },
    { host: 'localhost.:4000', admitted: true, why: 'the root dot names the same' },
    { host: 'abc123.execute-api.localhost:4000', admitted: true, why: "an API's own name" },
    { host: 'app.localhost:4000', admitted: true, why: 'RFC 6761: all below it is loopback' },
    { host: 'abc123.lambda-url.eu-west-1.on.aws', admitted: true, why: 'the URL of a function' },
    { host: 'abc123.lambda-url.eu-west-1.on.aws:4000', admitted: true, why: 'the URL of a function' },
    { host: 'abc123.lambda-url.eu-west-1.on.aws:5000', admitted: false, why: 'another port' },
    { host: 'abc123.execute-api.eu-west-1.amazonaws.com:4000', admitted: true, why: "an API's name on AWS" },
    {
      host: 'abc123.execute-api.eu-west-1.amazonaws.com',
      admitted: true,
      why: 'AWS names have no port of ours',
    },
    { host: 'demo.example.com', admitted: true, why: '--allow-host, any port' },
    { host: 'demo.example.com:443', admitted: true, why: '--allow-host, any port' },
    { host: 'a.b.wild.example', admitted: true, why: 'an alias of a distribution with a star' },
    { host: 'wild.example', admitted: false, why: 'the star stands for a name' },
    { host: 'evilwild.example', admitted: false, why: 'rebinding' },
    { host: 'localhost:8080', admitted: true, why: '--allow-host with a port' },
    { host: 'localhost:8081', admitted: false, why: 'another port' },
    { host: 'localhost', admitted: false, why: 'the port is 80' },
    { host: 'evil.example', admitted: false, why: 'rebinding' },
    { host: 'evil.example:4000', admitted: false, why: 'rebinding' },
    { host: 'localhost.evil.example:4000', admitted: false, why: 'rebinding' },
    { host: '127.0.0.1.evil.example:4000', admitted: false, why: 'rebinding' },
    { host: 'demo.example.com.evil.example', admitted: false, why: 'rebinding' },
    { host: 'execute-api.localhost.evil.example', admitted: false, why: 'rebinding' },
    { host: 's3.eu-west-1.amazonaws.com', admitted: false, why: 'no API' },
    { host: '0.0.0.0:4000', admitted: false, why: 'browsers reach this machine by it' },
    { host: '127.0.0.256:4000', admitted: false, why: 'no address' },
    { host: '', admitted: false, why: 'no Host at all' },
    { host: 'user@localhost:4000', admitted: false, why: 'no host' },
  ]) {
    it(`${admitted ? 'admits' : 'refuses'} '${host}': ${why}`, () => {
      assert.equal(isAllowedHost(host, RULE), admitted);
    });
  }

  for (const { host, admitted } of [
    { host: 'dynamodb.eu-west-1.amazonaws.com', admitted: true },
    { host: 'orders.s3.amazonaws.com', admitted: true },
    { host: 'dynamodb.cn-north-1.amazonaws.com.cn', admitted: true },
    { host: 'dynamodb.eu-west-1.api.aws', admitted: true },
    { host: 'evilapi.aws', admitted: false },
    { host: 'sync-127.0.0.1:4000', admitted: true },
    { host: 'sync-127.0.0.1:5000', admitted: false },
    { host: 'sync-127.0.0.1', admitted: false },
    { host: 'sync-127.0.0.1.evil.example:4000', admitted: false },
    { host: 'evil.example-127.0.0.1:4000', admitted: false },
    { host: 'dynamodb.eu-west-1.amazonaws.com:4000', admitted: false },
    { host: 'dynamodb.eu-west-1.amazonaws.com.evil.example', admitted: false },
    { host: 'evilamazonaws.com', admitted: false },
    { host: 'amazonaws.com', admitted: false },
  ]) {
    it(`${admitted ? 'admits' : 'refuses'} '${host}' if AWS’s own APIs are`, () => {
      assert.equal(isAllowedHost(host, { ...RULE, admitsServices: true }), admitted);
      assert.equal(isAllowedHost(host, RULE), false);
    });
  }

  for (const { host, admitted, why } of [
    { host: 'localhost', admitted: true, why: 'nginx passes the Host of the browser on' },
    { host: 'localhost:5173', admitted: true, why: 'so does the proxy of a development server' },
    { host: '127.0.0.1', admitted: true, why: 'a page cannot rebind an address' },
    { host: '127.0.0.1:80', admitted: true, why: 'a page cannot rebind an address' },
    { host: '[::1]:5173', admitted: true, why: 'a page cannot rebind an address' },
    { host: 'host.docker.internal:4000', admitted: true, why: 'the name of this machine in a container' },
    { host: 'host.docker.internal', admitted: true, why: 'the name of this machine in a container' },
    { host: 'app.localhost:5173', admitted: false, why: 'only the plain name has any port' },
    { host: '127.0.0.2:5173', admitted: false, why: 'only the usual address has any port' },
    { host: '0.0.0.0:5173', admitted: false, why: 'browsers reach this machine by it' },
    { host: 'docker.internal', admitted: false, why: 'another name' },
    { host: 'host.docker.internal.evil.example', admitted: false, why: 'rebinding' },
    { host: 'localhost.evil.example:5173', admitted: false, why: 'rebinding' },
    { host: 'localhost:123456', admitted: false, why: 'no port' },
  ]) {
    it(`${admitted ? 'admits' : 'refuses'} '${host}' behind a proxy: ${why}`, () => {
      assert.equal(isAllowedHost(host, { ...RULE, admitsProxies: true }), admitted);
      assert.equal(isAllowedHost(host, RULE), false);
    });
  }

  it('admits nothing by accident', () => {
    fc.assert(
      fc.property(fc.domain(), fc.nat(65535), (name, port) => {
        fc.pre(!name.endsWith('.localhost'));
        assert.equal(isAllowedHost(`${name}:${port}`, RULE), false);
      }),
      { seed: 20261120 },
    );
  });
});

describe('refuseForeignHost', () => {
  it('refuses two Host headers, of which each reader could take another', () => {
    const rawHeaders = ['Host', 'localhost:4000', 'HOST', 'evil.example'];
    assert.equal(refuseForeignHost({ rawHeaders, host: 'localhost:4000' }, RULE)?.status, 403);
  });

  it('says how a tunnel gets in', () => {
    const reply = refuseForeignHost(
      { rawHeaders: ['Host', 'my.tunnel.example'], host: 'my.tunnel.example' },
      RULE,
    );
    assert.match(String(reply?.body), /--allow-host my\.tunnel\.example/);
  });

  it('does not repeat a text that is not a name', () => {
    const host = '"><script>\u0001';
    const reply = refuseForeignHost({ rawHeaders: ['Host', host], host }, RULE);
    assert.match(String(reply?.body), /--allow-host NAME/);
    assert.match(String(reply?.message), /does not serve the host '"><script>\?'\./);
  });
});

describe('refuseForeignOrigin', () => {
  const host = 'localhost:4000';
  for (const { name, headers, status } of [
    { name: 'accepts a request without Origin', headers: [], status: undefined },
    {
      name: "accepts the port's own pages",
      headers: ['Origin', 'http://localhost:4000'],
      status: undefined,
    },
    { name: 'accepts a typed link', headers: ['Sec-Fetch-Site', 'none'], status: undefined },
    {
      name: 'refuses another port of this machine',
      headers: ['Origin', 'http://localhost:5173'],
      status: 403,
    },
    { name: 'refuses another site', headers: ['origin', 'https://evil.example'], status: 403 },
    { name: 'refuses an opaque origin', headers: ['Origin', 'null'], status: 403 },
    { name: 'refuses a cross-site request', headers: ['sec-fetch-site', 'cross-site'], status: 403 },
  ]) {
    it(name, () => {
      assert.equal(refuseForeignOrigin({ rawHeaders: headers, host })?.status, status);
    });
  }
});
