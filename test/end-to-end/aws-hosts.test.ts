/** Functions in other runtimes than Node.js call AWS services at their addresses on AWS, and reach this gateway. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { signRequest } from '@gatewright/aws/sign-request';
import { aGateway, GATEWAY_ADMIN } from '../support/a-gateway.ts';
import { NO_PYTHON } from '../support/no-python.ts';
import type { StartedGateway } from '../support/a-gateway.ts';

const PROGRAMS = mkdtempSync(join(tmpdir(), 'gatewright-aws-hosts-'));
const POOL = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Shop12345';

/** A program that uses the proxy and the certificate authorities of its environment, as Go and .NET do. */
const CURL = `#!/bin/bash
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while :; do
  head="$(mktemp)"; event="$(curl -sS --noproxy '*' -D "$head" "$api/next")" || exit 1
  id="$(tr -d '\\r' < "$head" | sed -n 's/^lambda-runtime-aws-request-id: //Ip')"
  url="$(sed 's/.*"url":"\\([^"]*\\)".*/\\1/' <<< "$event")"
  key="$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"
  signed=(--aws-sigv4 aws:amz:eu-west-9:sts --user "$key"); grep -q '"as":"nobody"' <<< "$event" && signed=()
  reply="$(curl -sS "\${signed[@]}" -w ' %{http_code}' "$url" 2>&1 | tr -d '\\n"')"
  curl -sS --noproxy '*' -o /dev/null "$api/$id/response" -d "\\"$reply\\""
done
`;

const PYTHON = `
import datetime, hashlib, hmac, os, urllib.error, urllib.parse, urllib.request

def sign(url, key, secret):
    parts = urllib.parse.urlsplit(url)
    at = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    scope = at[:8] + "/eu-west-9/sts/aws4_request"
    empty = hashlib.sha256(b"").hexdigest()
    canonical = "GET\\n/\\n%s\\nhost:%s\\nx-amz-date:%s\\n\\nhost;x-amz-date\\n%s" % (parts.query, parts.netloc, at, empty)
    text = "AWS4-HMAC-SHA256\\n%s\\n%s\\n%s" % (at, scope, hashlib.sha256(canonical.encode()).hexdigest())
    made = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        made = hmac.new(made, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(made, text.encode(), hashlib.sha256).hexdigest()
    return {"X-Amz-Date": at, "Authorization": "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=host;x-amz-date, Signature=%s" % (key, scope, signature)}

def handler(event, context):
    key, secret = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
    headers = {} if event["as"] == "nobody" else sign(event["url"], key, secret)
    try:
        with urllib.request.urlopen(urllib.request.Request(event["url"], headers=headers)) as reply:
            return "%s %s" % (reply.read().decode(), reply.status)
    except urllib.error.HTTPError as error:
        return "%s %s" % (error.read().decode(), error.code)
`;

/** No region has this name, so that a call that is not redirected reaches nobody. */
const STS = 'https://sts.eu-west-9.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15';

describe('an AWS service at its address on AWS', { skip: NO_PYTHON }, () => {
  let started: StartedGateway;

  before(async () => {
    mkdirSync(join(PROGRAMS, 'curl'));
    writeFileSync(join(PROGRAMS, 'curl', 'bootstrap'), CURL, { mode: 0o755 });
    const aFunction = (name: string, properties: object) => ({
      Type: 'AWS::Serverless::Function',
      Properties: { FunctionName: name, CodeUri: '.', Handler: 'app.handler', Timeout: 20, ...properties },
    });
    started = await aGateway(
      {
        Python: aFunction('python', {
          Runtime: 'python3.12',
          Events: { Get: { Type: 'HttpApi', Properties: { Path: '/', Method: 'GET' } } },
        }),
        Curl: aFunction('curl', { CodeUri: join(PROGRAMS, 'curl'), Runtime: 'provided.al2023' }),
      },
      { localIssuers: [POOL] },
      { 'app.py': PYTHON },
      { Transform: 'AWS::Serverless-2016-10-31' },
    );
  });
  after(async () => {
    await started.close();
    rmSync(PROGRAMS, { recursive: true });
  });

  async function run(name: string, event: object): Promise<unknown> {
    const url = new URL(`${started.listening.control}/2015-03-31/functions/${name}/invocations`);
    const body = JSON.stringify(event);
    const call = { method: 'POST', url, headers: {}, body, service: 'lambda', region: 'eu-west-1' };
    const headers = signRequest({ ...GATEWAY_ADMIN, ...call, nowEpochMs: Date.now() });
    return (await fetch(url, { method: 'POST', body, headers })).json();
  }

  for (const name of ['python', 'curl']) {
    it(`answers a call that ${name} signs with its local key`, async () => {
      const answer = String(await run(name, { url: STS, as: 'itself' }));
      assert.match(answer, new RegExp(`<Arn>arn:aws:sts::123456789012:assumed-role/[^<]+</Arn>.* 200$`, 's'));
    });

    it(`answers ${name} with the keys of an issuer that is emulated`, async () => {
      const url = `${POOL}/.well-known/jwks.json`;
      assert.match(String(await run(name, { url, as: 'nobody' })), /keys.* 200$/s);
    });
  }
});
