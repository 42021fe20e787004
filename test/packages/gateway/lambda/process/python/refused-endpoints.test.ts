/** boto3 that calls a local emulator; a stand-in with botocore's names replaces it. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';

import { adviseEmulator } from '../../../../../../packages/gateway/console/explain/endpoint-advice.ts';
import { thisMachine } from '../../../../../../packages/gateway/lambda/process/find-toolchain.ts';
import { findPrograms } from '../../../../../../packages/gateway/lambda/process/machine.ts';
import { OWN_ROWS, REFUSED_ROWS, signatureFor } from '../../endpoint-rows.ts';
import { aFolder, aFolderFunction, failed, returned, startRuntime } from '../../start-runtime.ts';

const PYTHON = findPrograms(thisMachine(), /^python3$/).length === 0 ? 'no Python on this machine' : false;

// Source: botocore, httpsession.py: URLLib3Session.send raises EndpointConnectionError for a refused connection.
const SESSION = `
class EndpointConnectionError(Exception):
    pass

class URLLib3Session:
    def send(self, request):
        raise EndpointConnectionError('Could not connect to the endpoint URL: "%s"' % request.url)
`;
const HANDLER = `
from botocore.httpsession import URLLib3Session

class Request:
    def __init__(self, url, authorization):
        self.url = url
        self.headers = {"Authorization": authorization}

def handler(event, context):
    for _ in range(2):
        try:
            URLLib3Session().send(Request(event["url"], event["signature"]))
        except Exception as error:
            if event.get("raises"):
                raise
            last = type(error).__name__
    return last
`;
const SIGNATURE = signatureFor();
const TABLES = 'http://127.0.0.1:45678';

describe('a call of boto3 to a local emulator', { skip: PYTHON }, () => {
  const folder = aFolder({
    'app.py': HANDLER,
    'botocore/__init__.py': '',
    'botocore/httpsession.py': SESSION,
  });
  const definition = aFolderFunction(folder, 'app.handler', {
    name: 'f',
    runtime: 'python3.12',
    environment: { TABLES_AT: 'http://localhost:8001' },
  });
  let started: Awaited<ReturnType<typeof startRuntime>>;
  // Files that share a process are loaded before the first one runs.
  before(async () => {
    started = await startRuntime([definition], {
      controlUrl: () => 'http://127.0.0.1:4000',
      extraEnvironment: { AWS_ENDPOINT_URL_DYNAMODB: TABLES },
    });
  });
  const printed = async (url: string, signature: string): Promise<readonly string[]> => {
    const { invoke, lines } = started;
    const earlier = lines.length;
    assert.equal(returned(await invoke('f', { url, signature })), 'EndpointConnectionError');
    return lines.slice(earlier).map(({ message }) => message);
  };

  it('is reported once in an invocation, and explained', async () => {
    const said = await printed('http://localhost:8000/', SIGNATURE);

    assert.equal(said.length, 1, said.join('\n'));
    assert.match(
      said[0] ?? '',
      /^calls dynamodb at http:\/\/localhost:8000, where nothing listens; the gateway serves dynamodb at http:\/\/127\.0\.0\.1:45678\. Create boto3's client without an endpoint, .* give it only os\.environ\.get\('AWS_ENDPOINT_URL_DYNAMODB'\), which is not set on AWS$/,
    );
    assert.match(
      adviseEmulator(said) ?? '',
      /^Create the client of dynamodb without the endpoint http:\/\/localhost:8000,/,
    );
  });

  it('does not change the trace of the error', async () => {
    const { invoke } = started;
    const event = { url: 'http://localhost:8000/', signature: SIGNATURE, raises: true };

    const trace = JSON.stringify(failed(await invoke('f', event)));

    assert.match(trace, /botocore\/httpsession\.py/);
    assert.doesNotMatch(trace, /refused_endpoints/);
  });

  it('is reported with the variable that has the address', async () => {
    const [said] = await printed('http://localhost:8001/', SIGNATURE);
    assert.match(said ?? '', /^calls dynamodb at http:\/\/localhost:8001 \(the value of TABLES_AT\), where/);
  });

  for (const [isReported, address, service] of REFUSED_ROWS)
    it(`is ${isReported ? '' : 'not '}reported for ${service ?? 'dynamodb'} at ${address}, in each invocation`, async () => {
      for (const _ of [1, 2]) {
        const said = await printed(`${address}/`, signatureFor(service));
        assert.equal(said.length, isReported ? 1 : 0, said.join('\n'));
      }
    });

  for (const { name, environment, address, says } of OWN_ROWS)
    it(`${name}: the remedy is about this variable`, async () => {
      const own = aFolderFunction(folder, 'app.handler', { name: 'own', runtime: 'python3.12', environment });
      const { invoke, lines } = await startRuntime([own], { controlUrl: () => 'http://127.0.0.1:4000' });

      await invoke('own', { url: `${address}/`, signature: signatureFor('s3') });

      assert.match(lines.map(({ message }) => message).join('\n'), says);
    });

  it('is not reported if it is not signed for AWS, or goes to AWS or to the gateway', async () => {
    assert.deepEqual(await printed(`${TABLES}/`, SIGNATURE), []);
    assert.deepEqual(await printed('http://localhost:8000/', ''), []);
    assert.deepEqual(await printed('https://dynamodb.eu-west-1.amazonaws.com/', SIGNATURE), []);
  });
});
