import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { importedServices, listServices, namedServices, TOGETHER } from './services.ts';
import { readSources } from './source-files.ts';

const tests = readSources().filter(({ path }) => path.startsWith('test/'));
const together = tests.filter(({ path }) => path.startsWith(`${TOGETHER}/`));

describe('tests of several services', () => {
  it('name in their first line the services that they import', () => {
    const wrong = together.filter(
      (file) => namedServices(file)?.join() !== importedServices(file).toSorted().join(),
    );

    assert.ok(together.length > 0);
    assert.deepEqual(
      wrong.map(({ path }) => path),
      [],
    );
  });

  it('cover at least two services; tests of one service are in its mirror', () => {
    const alone = together.filter((file) => (namedServices(file)?.length ?? 0) < 2);

    assert.deepEqual(
      alone.map(({ path }) => path),
      [],
    );
  });

  it('are in the folder of a service that they name, or outside of these folders', () => {
    const astray = together.filter((file) => {
      const folder = file.path.split('/').slice(2, -1);
      return folder.length > 0 && namedServices(file)?.includes(folder.join('/')) !== true;
    });

    assert.deepEqual(
      astray.map(({ path }) => path),
      [],
    );
  });
});

describe('a service', () => {
  it('is imported only by its own tests and by tests of several services', () => {
    const services = listServices();
    const strangers = tests
      .filter(({ path }) => !path.startsWith(`${TOGETHER}/`))
      .flatMap((file) =>
        importedServices(file, services)
          .filter((service) => !file.path.startsWith(`test/packages/gateway/services/${service}/`))
          .map((service) => `${file.path} imports ${service}`),
      );

    assert.ok(services.length > 1);
    assert.deepEqual(strangers, []);
  });
});

describe('the list of services in a test', () => {
  const text = (first: string): string =>
    `${first}import * as sqs from '../../packages/gateway/services/sqs/service.ts';\nimport { TABLES_TYPES } from '../../packages/gateway/services/tables/resource-types.ts';\n`;

  it('is read from its first line and from its imports', () => {
    const file = { path: 'test/together/a.test.ts', text: text('/** Services together: sns, sqs. */\n') };

    assert.deepEqual(namedServices(file), ['sns', 'sqs']);
    assert.deepEqual(importedServices(file, ['sns', 'sqs']), ['sqs']);
  });

  it('is empty without that line', () => {
    assert.equal(namedServices({ path: 'test/together/a.test.ts', text: text('') }), undefined);
  });
});
