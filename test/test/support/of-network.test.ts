import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isOfNetwork } from '../../support/of-network.ts';

describe('isOfNetwork', () => {
  const rows: readonly (readonly [failure: string | undefined, expected: boolean])[] = [
    [undefined, false],
    ['npm ci in tools/x failed: npm error code ENOTFOUND', true],
    ['npm ci in tools/x failed: npm error code ECONNREFUSED', true],
    ['npm ci in tools/x failed: npm error code E503', true],
    ['npm ci in tools/x failed: npm error code E404', false],
    ['npm ci in tools/x failed: npm error code EINTEGRITY', false],
    ['npm ci in tools/x failed: npm error code EUSAGE', false],
    ['go mod download: Error: example.com/a@v1: dial tcp: lookup proxy: no such host', true],
    ['go mod download: Error: verifying module: checksum mismatch', false],
    ['mvn: Could not transfer artifact a:b:pom:1 from/to central: Connection refused', true],
    ['mvn: Could not find artifact a:b:jar:9 in central', false],
    ['dotnet restore: error NU1301: Unable to load the service index', true],
    ['dotnet publish: error CS1002: ; expected', false],
    ['javac -d target/classes: error: cannot find symbol', false],
  ];
  for (const [failure, expected] of rows)
    it(`${expected ? 'skips' : 'does not skip'} for ${failure ?? 'nothing'}`, () =>
      assert.equal(isOfNetwork(failure), expected));
});
