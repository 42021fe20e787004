/**
 * An external extension as a layer brings it along: a program next to the runtime that hears of events and of the end.
 */
import assert from 'node:assert/strict';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { aFolder, aFolderFunction, returned, startRuntime } from '../start-runtime.ts';

const EXTENSION = `#!/bin/bash
api="http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension"
answer="$(mktemp)"
id="$(curl -sS -o "$answer" -D - "$api/register" -H "Lambda-Extension-Name: \${0##*/}" -d '{"events":["INVOKE","SHUTDOWN"]}' |
  grep -i '^lambda-extension-identifier:' | tr -d '\r' | cut -d' ' -f2)"
echo "$(<"$answer")" >> "$HEARD"
while true; do
  event="$(curl -sS "$api/event/next" -H "Lambda-Extension-Identifier: $id")" || exit 1
  echo "$event" >> "$HEARD"
  case "$event" in *SHUTDOWN*) exit 0 ;; esac
done
`;

const BOOTSTRAP = `#!/bin/bash
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
  headers="$(mktemp)"; event="$(curl -sS -D "$headers" "$api/next")" || exit 1
  id="$(grep -i '^lambda-runtime-aws-request-id:' "$headers" | tr -d '\r' | cut -d' ' -f2)"
  curl -sS -o /dev/null "$api/$id/response" -d "{\\"id\\":\\"$id\\"}"
done
`;

/** @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html */
describe('an extension of a layer', () => {
  it('registers before the runtime starts, hears of each event, and of the end', async () => {
    const [folder, layer] = [
      aFolder({ bootstrap: BOOTSTRAP }),
      aFolder({ 'extensions/watcher': EXTENSION, heard: '' }),
    ];
    chmodSync(join(folder, 'bootstrap'), 0o755);
    chmodSync(join(layer, 'extensions/watcher'), 0o755);
    const HEARD = join(layer, 'heard');
    const definition = aFolderFunction(folder, 'any', {
      name: 'f',
      runtime: 'provided.al2023',
      environment: { HEARD },
      layers: [{ arn: 'watching', directory: layer }],
    });
    const { invoke, runtime } = await startRuntime([definition], { maxInstances: 1 });

    const answers = [returned(await invoke('f')), returned(await invoke('f'))] as { id: string }[];
    await runtime.close();

    const lines = readFileSync(HEARD, 'utf8').trim().split('\n');
    const [registered, ...events] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(registered, { functionName: 'f', functionVersion: '$LATEST', handler: 'any' });
    assert.deepEqual(
      events.map(({ eventType, requestId, shutdownReason }) => [eventType, requestId ?? shutdownReason]),
      [...answers.map(({ id }) => ['INVOKE', id]), ['SHUTDOWN', 'spindown']],
    );
  });
});
