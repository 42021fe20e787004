/** How Java reaches the APIs of a start: its own clients, run with the options of a function's process. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

import { writeZip } from '../../../../packages/base/aws/zip-archive.ts';
import { issueFrom, makeAuthority } from '@gatewright/aws/certificates/issue-certificate';
import { makeTrustStore } from '@gatewright/aws/certificates/java-trust-store';
import { thisMachine } from '../../../../packages/gateway/lambda/process/find-toolchain.ts';
import { findPrograms } from '../../../../packages/gateway/lambda/process/machine.ts';
import { type OwnApisPort, reachOwnApis } from '../../../../packages/gateway/lambda/own-apis.ts';
import { listenOn } from '../../../../packages/gateway/server/listen.ts';
import { openConnectProxy } from '../../../../packages/gateway/server/connect-proxy.ts';
import { aFolder, aFolderFunction, failed, startRuntime } from './start-runtime.ts';

const NO_JAVA = findPrograms(thisMachine(), /^javac$/).length === 0 ? 'no JDK on this machine' : false;
const HOST = 'abc123.execute-api.eu-west-1.amazonaws.com';

const CLIENT = `
import java.net.URI;
import java.net.URL;
import java.net.http.*;

public class Client {
  public static void main(String[] args) throws Exception {
    var reply = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(args[0])).build(), HttpResponse.BodyHandlers.ofString());
    System.out.println("client " + reply.statusCode() + " " + reply.body());
    try (var stream = new URL(args[0]).openStream()) {
      System.out.println("connection " + new String(stream.readAllBytes()));
    }
  }
}
`;

describe('reachOwnApis', () => {
  const folder = aFolder({ 'Client.java': CLIENT });
  const days = { fromEpochMs: Date.now() - 86_400_000, toEpochMs: Date.now() + 86_400_000 };
  const authority = makeAuthority({ commonName: 'of this test', ...days });
  const trustStore = { file: join(folder, 'authorities.jks'), password: 'changeit' };
  let server: Server;
  let proxy: Awaited<ReturnType<typeof openConnectProxy>>;
  let own: OwnApisPort;

  before(async () => {
    const { certificate, privateKey } = issueFrom(authority, 'server', {
      commonName: HOST,
      names: [HOST],
      ...days,
    });
    server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
      response.end(`pets at ${request.headers.host ?? ''}`);
    });
    const port = await listenOn(server, '127.0.0.1', 0, '--port');
    proxy = await openConnectProxy(
      (host) => (host === HOST ? port : undefined),
      (_, response) => void response.end(),
    );
    writeFileSync(trustStore.file, makeTrustStore([authority.certificate], trustStore.password, Date.now()));
    const opened = { url: `http://127.0.0.1:${proxy.port}`, authoritiesFile: '/authorities.pem', trustStore };
    own = {
      read: () => ({ hosts: [HOST], port, authority: authority.certificate }),
      openAwsPort: () => Promise.resolve(4430),
      openProxy: () => Promise.resolve(opened),
    };
  });
  after(async () => {
    await proxy.close();
    server.closeAllConnections();
    server.close();
  });

  it('lets both clients of Java call them over TLS', { skip: NO_JAVA }, async () => {
    const { args, environment } = await reachOwnApis('java17', own);

    const { stdout } = await promisify(execFile)(
      'java',
      [...args, join(folder, 'Client.java'), `https://${HOST}/pets`],
      { timeout: 60_000 },
    );

    assert.equal(stdout, `client 200 pets at ${HOST}\nconnection pets at ${HOST}\n`);
    assert.deepEqual(environment, {});
  });

  it('is what a Java function is started with, before its own options', async () => {
    const home = aFolder({
      'bin/java':
        '#!/bin/sh\n[ "$1" = -version ] && { echo \'openjdk version "17.0.1"\' >&2; exit 0; }\necho "$@" > "$LAMBDA_TASK_ROOT/started"\nexit 1\n',
    });
    chmodSync(join(home, 'bin/java'), 0o755);
    const main = 'com/amazonaws/services/lambda/runtime/api/client/AWSLambda.class';
    const client = writeZip(new Map([[main, Buffer.from('')]]));
    const code = aFolder({ 'Hello.class': '', 'lib/client.jar': client });
    const { JAVA_HOME } = process.env;
    process.env['JAVA_HOME'] = home;
    try {
      const definition = aFolderFunction(code, 'Hello::run', { name: 'f', runtime: 'java17' });
      const { invoke } = await startRuntime([definition], { ownApis: () => own });
      failed(await invoke('f'));
    } finally {
      if (JAVA_HOME === undefined) delete process.env['JAVA_HOME'];
      else process.env['JAVA_HOME'] = JAVA_HOME;
    }

    const { args } = await reachOwnApis('java17', own);
    assert.ok(readFileSync(join(code, 'started'), 'utf8').startsWith(`${args.join(' ')} -Xmx`));
  });

  it('leaves to a Java function the proxy and the trust store that it names itself', async () => {
    const of = async (options: string): Promise<string> =>
      (await reachOwnApis('java21', own, { JAVA_TOOL_OPTIONS: options })).args.join(' ');

    assert.match(
      await of('-Xss1m'),
      /^-Dhttps\.proxyHost=127\.0\.0\.1 .*trustStore=\S+jks .*trustStorePassword=/,
    );
    assert.ok((await of('-Xss1m')).includes('-Dhttp.nonProxyHosts=localhost|127.*|[::1]|0.0.0.0|[::0] '));
    assert.doesNotMatch(await of('-Dhttps.proxyHost=proxy.example'), /https\.proxy(?:Host|Port)/);
    assert.doesNotMatch(await of('-Dhttp.proxyHost=proxy.example'), /http\.proxy(?:Host|Port)/);
    assert.doesNotMatch(await of('-Dhttp.nonProxyHosts=*'), /nonProxyHosts/);
    assert.doesNotMatch(await of('-Xss1m -Djavax.net.ssl.trustStore=/own.jks'), /trustStore/);
  });

  it('gives other runtimes the usual variables, and no options', async () => {
    const { args, environment } = await reachOwnApis('provided.al2023', own);

    assert.deepEqual(args, []);
    assert.equal(environment['HTTPS_PROXY'], `http://127.0.0.1:${proxy.port}`);
    assert.equal(environment['SSL_CERT_FILE'], '/authorities.pem');
  });

  it('gives Ruby the proxy in the only variable that its Net::HTTP reads', async () => {
    const { environment } = await reachOwnApis('ruby3.3', own);

    assert.equal(environment['http_proxy'], environment['HTTPS_PROXY']);
  });

  it('gives Python the port for the host names of AWS', async () => {
    const { environment } = await reachOwnApis('python3.12', own);
    const { aws } = JSON.parse(environment['GATEWRIGHT_OWN_APIS'] ?? '') as {
      aws: { hosts: string; port: number };
    };

    assert.equal(aws.port, 4430);
    assert.match('dynamodb.eu-west-1.api.aws', new RegExp(aws.hosts));
    assert.doesNotMatch('amazonaws.com.example', new RegExp(aws.hosts));
  });

  it('adds nothing if there are none', async () => {
    assert.deepEqual(await reachOwnApis('java17', undefined), { environment: {}, args: [] });
  });
});
