/** What `--assume` changes about the ends of connections; rows of assumptions.test.ts. */
import { nameServer } from '../../../../../packages/gateway/engine/compose/network/tls.ts';
import { Account } from '../../../../../packages/gateway/control/account.ts';
import { makeAuthority } from '../../../../../packages/base/aws/certificates/issue-certificate.ts';
import { ServedApis } from '../../../../../packages/gateway/control/served-apis.ts';
import { Connections } from '../../../../../packages/gateway/core/websocket/connections.ts';
import { planOwnPorts } from '../../../../../packages/gateway/server/port-plan.ts';
import { aStack } from '../../../../support/a-stack.ts';
import { domain, HOST, mapping } from '../../../../support/custom-domains.ts';
import { API_ID, restRoutes } from '../../../../support/routed-apis.ts';
import { aDetail, FakeSocket, VirtualClock } from '../../core/websocket/fixture.ts';
import type { Assumptions } from '../../../../../packages/gateway/core/deployment/assumptions.ts';
import type { AssumptionRow } from './message-assumptions.ts';

const MINUTE_MS = 60_000;

/** How a connection ends that is silent for this many minutes at its end, and never longer before. */
const endingAfter =
  (silentMinutes: number, rounds: number) =>
  (assumptions: Assumptions): Promise<unknown> => {
    const clock = new VirtualClock();
    const connections = new Connections(clock, assumptions);
    const socket = new FakeSocket();
    const connection = connections.open(aDetail(), socket);
    for (let round = 0; round < rounds; round += 1) {
      clock.pass(silentMinutes * MINUTE_MS);
      if (round < rounds - 1) connections.touch(connection);
      connections.sweep();
    }
    return Promise.resolve(socket.closures);
  };

const expected = {
  1001: [{ code: 1001, reason: 'Going away' }],
  1000: [{ code: 1000, reason: 'Connection Closed Normally' }],
  1005: [{ code: 1005, reason: '' }],
  1006: [{ code: 1006, reason: '' }],
};

/**
 * Whether the handshake for a domain with mutual TLS ends if no certificate is presented; tls-front.test.ts shows it.
 */
function endsWithout(assumptions: Assumptions): Promise<unknown> {
  const clock = new VirtualClock();
  const served = new ServedApis(new Account({ clock, isThrottled: false }));
  const times = { fromEpochMs: 0, toEpochMs: MINUTE_MS };
  const { certificate } = makeAuthority({ commonName: 'Partners', ...times });
  const D = domain({ MutualTlsAuthentication: { TruststoreUri: 's3://trust/store.pem' } });
  const resources = { ...restRoutes({ 'GET /pets': {} }), D, M: mapping({ Stage: 'dev' }) };
  const source = { readObject: () => certificate, file: 'values.yml', servesTls: true };
  served.prepare([aStack(resources)], undefined, source).serve();
  const [plan] = planOwnPorts([API_ID], 0, (id) => served.find(id));
  if (plan === undefined) throw new Error('no port is planned');
  const { mutual } = nameServer(served, { plan, ownNames: [], allowHosts: [], assumptions }, HOST);
  return Promise.resolve(mutual?.requiresCertificate);
}

export const CONNECTION_ROWS: readonly AssumptionRow[] = [
  { source: 'docs/aws §11.4', name: 'idle-close-code', observe: endingAfter(10, 1), expected },
  { source: 'docs/aws §11.4', name: 'lifetime-close-code', observe: endingAfter(8, 15), expected },
  {
    source: 'docs/aws §10.7',
    name: 'missing-client-certificate',
    observe: endsWithout,
    expected: { ended: true, 403: false },
  },
];
