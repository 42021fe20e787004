/**
 * The calls of Terraform's AWS provider for an HTTP API with a custom domain and authorizers, in its order and with
 * what it sends: each row names file and function of internal/service/apigatewayv2 in hashicorp/terraform-provider-aws
 * (read at 00a35305 for api.go, domain_name.go and route.go, 02f6d2d9 for stage.go, 01f43111 for authorizer.go,
 * 3db496c3 for integration.go, 0576a142 for api_mapping.go, 01c2f1df for tags_gen.go). No code of it is here.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { GetDomainNameCommand } from '@aws-sdk/client-apigatewayv2';
import { serve } from '../../../../../../packages/gateway/core/pipeline.ts';
import { receive } from '../../../../../../packages/gateway/core/receive.ts';
import { refusalOf } from '../../../../../support/a-rest-control.ts';
import { aV2Control } from '../../../../../support/a-v2-control.ts';
import { APPLY, REFRESH } from './terraform-apply.ts';
import { DESTROY, EDIT } from './terraform-changes.ts';
import { DomainName } from './terraform-reads.ts';
import type { Row } from './terraform-reads.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

let control: TestRestControl;
const ids = { api: '', integration: '', jwt: '', asked: '', guarded: '', open: '', mapping: '' };
before(async () => {
  control = await aV2Control();
});
after(() => control.close());

async function ask(target: string, headers: readonly string[] = []): Promise<number | undefined> {
  const api = control.served.atDomain(DomainName, target)?.api;
  if (api === undefined) return undefined;
  const wire = { method: 'GET', target, rawHeaders: ['Host', DomainName, ...headers], body: undefined };
  const received = receive({ ...wire, httpVersion: '1.1', remoteAddress: '127.0.0.1' }, api, control.ports);
  return (await serve(received, control.ports)).status;
}

async function run(rows: readonly Row[]): Promise<void> {
  for (const { from, call, reads, keeps } of rows) {
    const answer = (await call(control.v2, ids).catch((error: unknown) => {
      throw new Error(`${from}: ${String(error)}`, { cause: error });
    })) as Readonly<Record<string, unknown>>;
    if (keeps !== undefined) {
      const id = answer[keeps.of];
      assert.ok(typeof id === 'string' && id !== '', from);
      ids[keeps.id] = id;
    }
    for (const [name, wanted] of Object.entries(reads?.(ids) ?? {}))
      assert.deepEqual(answer[name], wanted, `${from}: ${name}`);
  }
}

describe('the calls of Terraform’s provider for an HTTP API with domain and authorizers', () => {
  it('apply: what was created answers on its domain, and another plan finds nothing to change', async () => {
    await run(APPLY);
    await run(REFRESH);
    const { DomainNameConfigurations: [configuration] = [] } = await control.v2.send(
      new GetDomainNameCommand({ DomainName }),
    );

    // waitDomainNameAvailable asks until it is AVAILABLE; target_domain_name and hosted_zone_id go to DNS.
    assert.equal(configuration?.DomainNameStatus, 'AVAILABLE');
    assert.match(
      configuration.ApiGatewayDomainName ?? '',
      /^d-[a-z0-9]{10}\.execute-api\.[a-z0-9-]+\.amazonaws\.com$/,
    );
    assert.ok(configuration.HostedZoneId);
    assert.deepEqual([await ask('/open'), await ask('/guarded'), await ask('/none')], [200, 401, 404]);
  });

  it('apply with changes: they are in force at once, because the stage deploys automatically', async () => {
    await run(EDIT);

    assert.deepEqual([await ask('/v1/open'), await ask('/v1/open', ['x-who', 'ann'])], [401, 200]);
    assert.equal(await ask('/open'), undefined);
  });

  it('destroy: nothing is left, and each further delete is answered so', async () => {
    await run(DESTROY);

    assert.equal(await ask('/v1/open'), undefined);
    for (const { from, call } of DESTROY)
      assert.equal((await refusalOf(call(control.v2, ids))).name, 'NotFoundException', from);
  });
});
