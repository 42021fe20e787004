/**
 * Bounds on time that users were promised. They depend on the machine, so `npm test` does not hold them: here
 * every figure is measured on its own and kept as evidence.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureStartRatios } from '../../bench/authorizer.ts';
import { REPOSITORY } from '../architecture/source-files.ts';
import { startCommand } from '../support/command.ts';
import type { Proof } from './proof.ts';

const PACKAGED_WITHIN_MS = 10_000;
const READY_WITHIN_MS = 5_000;
const ENDED_WITHIN_MS = 2_000;
/** access test 20 (start). */
const AUTHORIZER_RATIO = 2;
const AUTHORIZER_STARTS = 20;

export const limits: Proof = {
  name: 'limits',
  claim:
    'each stage is packaged in 10 s, two stacks are ready in 5 s, SIGTERM ends the gateway in 2 s with 0; ' +
    'init and first answer of an authorizer take at most twice those of a bare aws-jwt-verify handler',
  quick: true,
  run: async () => {
    const packagedMs = {
      dev: await packageStage('dev'),
      test: await packageStage('test'),
      prod: await packageStage('prod'),
    };
    const { readyMs, endedMs, exitCode } = await startAndStop();
    const authorizers = await measureAuthorizers();
    const figures = { packagedMs, readyMs, endedMs, exitCode: String(exitCode), authorizers };
    const isKept =
      Object.values(packagedMs).every((ms) => ms < PACKAGED_WITHIN_MS) &&
      readyMs < READY_WITHIN_MS &&
      endedMs < ENDED_WITHIN_MS &&
      exitCode === 0 &&
      authorizers.every(({ fetchedRatio }) => fetchedRatio <= AUTHORIZER_RATIO);
    for (const { name, fetchedMs, fetchedRatio, inMemoryMs, inMemoryRatio } of authorizers)
      console.log(
        `${name}: init + first answer ${fetchedMs} ms, ${fetchedRatio} times a bare aws-jwt-verify handler ` +
          `(both fetch keys over TLS); with keys in memory ${inMemoryMs} ms, ${inMemoryRatio} times`,
      );
    return isKept
      ? { kind: 'proven', figures }
      : { kind: 'refuted', reason: JSON.stringify(figures), figures };
  },
};

type AuthorizerFigures = {
  readonly name: string;
  readonly fetchedMs: number;
  readonly fetchedRatio: number;
  readonly inMemoryMs: number;
  readonly inMemoryRatio: number;
};

/**
 * Ratios, since milliseconds are the machine's. What is promised is the first answer that a caller waits for, with
 * the keys still at the issuer; with the keys in memory, logs and metrics weigh more than verifying does.
 */
async function measureAuthorizers(): Promise<readonly AuthorizerFigures[]> {
  const ratios = await measureStartRatios(AUTHORIZER_STARTS);
  const find = (name: string, keys: string) => {
    const found = ratios.find((ratio) => ratio.name === name && ratio.keys === keys);
    if (found === undefined) throw new Error(`${name} has not been measured`);
    return found;
  };
  return ['token-authorizer', 'request-authorizer'].map((name) => {
    const [fetched, inMemory] = [find(name, 'fetched'), find(name, 'memory')];
    return {
      name,
      fetchedMs: fetched.startMs,
      fetchedRatio: fetched.ratio,
      inMemoryMs: inMemory.startMs,
      inMemoryRatio: inMemory.ratio,
    };
  });
}

async function packageStage(stage: string): Promise<number> {
  const begunMs = performance.now();
  const child = spawn(process.execPath, ['layers/package.ts', '--stage', stage], {
    cwd: REPOSITORY,
    stdio: 'ignore',
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`packaging stage ${stage} ended with ${String(code)}`);
  return Math.round(performance.now() - begunMs);
}

async function startAndStop(): Promise<{ readyMs: number; endedMs: number; exitCode: number | null }> {
  const cwd = mkdtempSync(join(tmpdir(), 'gatewright-limits-'));
  const sources = [REPOSITORY, join(REPOSITORY, 'examples/food-delivery')];
  const begunMs = performance.now();
  const gateway = await startCommand(
    ['start', ...sources, '--port', '0', '--control-port', '0'],
    'Ready in',
    { cwd },
  );
  const readyMs = Math.round(performance.now() - begunMs);
  const { code, tookMs } = await gateway.stop();
  rmSync(cwd, { recursive: true });
  return { readyMs, endedMs: Math.round(tookMs), exitCode: code };
}
