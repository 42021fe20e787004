/** The same functions in every runtime whose toolchain is on this machine: they run, reload, fail and end alike. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import type { FunctionDefinition } from '../../packages/gateway/core/stack/function.ts';
import {
  aFolder,
  aFolderFunction,
  failed,
  returned,
  startRuntime,
  writeFiles,
} from '../packages/gateway/lambda/start-runtime.ts';

/** Does what the event asks for; `VERSION` is in the answer, to see which version runs. */
type Sample = {
  readonly runtime: string;
  readonly handler: string;
  readonly file: string;
  readonly source: string;
  /** A program that must be there. */
  readonly needs?: string;
  /** Own error of the handler, in its error JSON. */
  readonly thrown: { readonly errorType: string; readonly errorMessage: string };
  readonly isolation?: 'process';
};

const NODE: Sample = {
  runtime: 'nodejs24.x',
  handler: 'app.handler',
  file: 'app.js',
  source: `exports.handler = async (event) => {
      if (event.do === 'throw') throw new RangeError('out of it');
      if (event.do === 'exit') process.exit(3);
      if (event.do === 'wait') await new Promise((r) => setTimeout(r, 60_000));
      if (event.do === 'nap') await new Promise((r) => setTimeout(r, 400));
      console.log('said'); return { version: 'VERSION', event } }`,
  thrown: { errorType: 'RangeError', errorMessage: 'out of it' },
};

const SAMPLES: readonly Sample[] = [
  NODE,
  { ...NODE, isolation: 'process' },
  {
    runtime: 'python3.12',
    handler: 'app.handler',
    file: 'app.py',
    needs: 'python3',
    source: `import os, time
def handler(event, context):
    if event.get('do') == 'throw': raise ValueError('out of it')
    if event.get('do') == 'exit': os._exit(3)
    if event.get('do') == 'wait': time.sleep(60)
    if event.get('do') == 'nap': time.sleep(0.4)
    print('said')
    return {'version': 'VERSION', 'event': event}
`,
    thrown: { errorType: 'ValueError', errorMessage: 'out of it' },
  },
  {
    runtime: 'provided.al2023',
    handler: 'any',
    file: 'bootstrap',
    needs: 'curl',
    source: `#!/bin/bash
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
  headers="$(mktemp)"; event="$(curl -sS -D "$headers" "$api/next")" || exit 1
  id="$(grep -i '^lambda-runtime-aws-request-id:' "$headers" | tr -d '\\r' | cut -d' ' -f2)"
  case "$event" in
    *throw*) curl -sS -o /dev/null "$api/$id/error" -d '{"errorType":"Own","errorMessage":"out of it"}'; continue ;;
    *exit*) exit 3 ;;
    *wait*) sleep 60 ;;
    *nap*) sleep 0.4 ;;
  esac
  echo said
  curl -sS -o /dev/null "$api/$id/response" -d "{\\"version\\":\\"VERSION\\",\\"event\\":$event}"
done
`,
    thrown: { errorType: 'Own', errorMessage: 'out of it' },
  },
  {
    runtime: 'provided.al2023',
    handler: 'any',
    file: 'main.go',
    needs: 'go',
    // The package net/http is not used, because compiling it for the first time takes long.
    source: `package main
import ("bufio"; "fmt"; "io"; "net"; "net/textproto"; "os"; "strconv"; "strings"; "time")
var api = os.Getenv("AWS_LAMBDA_RUNTIME_API")
var conn, _ = net.Dial("tcp", api)
var reader = bufio.NewReader(conn)
func call(method, path, body string) (textproto.MIMEHeader, string) {
  path = "/2018-06-01/runtime/invocation/" + path
  fmt.Fprintf(conn, "%s %s HTTP/1.1\\r\\nHost: %s\\r\\nContent-Length: %d\\r\\n\\r\\n%s", method, path, api, len(body), body)
  text := textproto.NewReader(reader)
  if _, err := text.ReadLine(); err != nil { os.Exit(1) }
  headers, _ := text.ReadMIMEHeader()
  size, _ := strconv.Atoi(headers.Get("Content-Length"))
  answer := make([]byte, size); io.ReadFull(reader, answer)
  return headers, string(answer)
}
func main() {
  for {
    headers, event := call("GET", "next", "")
    id := headers.Get("Lambda-Runtime-Aws-Request-Id")
    if strings.Contains(event, "throw") { call("POST", id + "/error", \`{"errorType":"Own","errorMessage":"out of it"}\`); continue }
    if strings.Contains(event, "exit") { os.Exit(3) }
    if strings.Contains(event, "wait") { time.Sleep(time.Minute) }
    if strings.Contains(event, "nap") { time.Sleep(400 * time.Millisecond) }
    fmt.Println("said")
    call("POST", id + "/response", \`{"version":"VERSION","event":\` + event + "}")
  }
}
`,
    thrown: { errorType: 'Own', errorMessage: 'out of it' },
  },
];

/** A compiler may have to compile the library of its language first. */
const FIRST_MS = 120_000;

function isInstalled(program: string | undefined): boolean {
  if (program === undefined) return true;
  try {
    execFileSync(program, [program === 'go' ? 'version' : '--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function write(folder: string, { file, source }: Sample, version: string): void {
  writeFiles(folder, { [file]: source.replace('VERSION', version) });
  if (file === 'bootstrap') chmodSync(join(folder, file), 0o755);
}

function aSample(sample: Sample, changes: Partial<FunctionDefinition> = {}): [string, FunctionDefinition] {
  const folder = aFolder(sample.file === 'main.go' ? { 'go.mod': 'module sample\n\ngo 1.21\n' } : {});
  write(folder, sample, 'first');
  const { runtime, handler } = sample;
  return [folder, aFolderFunction(folder, handler, { runtime, name: 'f', ...changes })];
}

for (const sample of SAMPLES) {
  const { runtime, file, thrown, isolation } = sample;
  const skip = isInstalled(sample.needs) ? false : `${sample.needs ?? ''} is not installed`;
  describe(`a function in ${runtime} (${isolation ?? file})`, { skip }, () => {
    it('answers, fails by its own error, its exit and its timeout, and continues after each failure', async () => {
      const [, definition] = aSample(sample, { timeoutSeconds: 1, reservedConcurrency: 1 });
      const { invoke, lines } = await startRuntime([definition], { maxInstances: 2, isolation });

      const answer = returned(await invoke('f', { do: 'answer' }, FIRST_MS));
      const own = failed(await invoke('f', { do: 'throw' }));
      const exit = failed(await invoke('f', { do: 'exit' }));
      const again = returned(await invoke('f', { n: 2 }));
      const late = failed(await invoke('f', { do: 'wait' }));
      const last = returned(await invoke('f', { n: 3 }));

      assert.deepEqual(answer, { version: 'first', event: { do: 'answer' } });
      assert.deepEqual({ errorType: own.errorType, errorMessage: own.errorMessage }, thrown);
      assert.equal(exit.errorType, 'Runtime.ExitError');
      assert.match(
        exit.errorMessage,
        /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 3$/,
      );
      assert.deepEqual(again, { version: 'first', event: { n: 2 } });
      assert.equal(late.errorType, 'Sandbox.Timedout');
      assert.match(late.errorMessage, /^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/);
      assert.deepEqual(last, { version: 'first', event: { n: 3 } });
      const said = lines.filter(({ message }) => message === 'said');
      assert.equal(said.length, 3);
      assert.ok(said.every(({ requestId }) => /^[0-9a-f-]{36}$/.test(requestId ?? '')));
    });

    it('is throttled if no instance is free in time', async () => {
      const [, definition] = aSample(sample);
      // Less than the nap; more than a process takes to ask for its next event on a busy machine.
      const limits = { queueWaitMs: 250 };
      const { invoke } = await startRuntime([definition], { maxInstances: 1, limits, isolation });
      await invoke('f', {}, FIRST_MS);

      const answers = await Promise.all([invoke('f', { do: 'nap' }), invoke('f', { do: 'nap' })]);

      const said = answers.map((answer) => ('reason' in answer ? answer.reason : answer.kind));
      assert.deepEqual(said.sort(), ['returned', 'throttled']);
    });

    it('runs in its new version once it is saved', async () => {
      const [folder, definition] = aSample(sample);
      const { invoke, runtime: functions } = await startRuntime([definition], { reload: true, isolation });
      await invoke('f', {}, FIRST_MS);
      const reloaded = new Promise((resolve) => functions.onReload(resolve));

      write(folder, sample, 'second');

      assert.equal(((await reloaded) as { kind: string }).kind, 'reloaded');
      assert.deepEqual(returned(await invoke('f')), { version: 'second', event: {} });
    });
  });
}
