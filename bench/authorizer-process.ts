/**
 * One start of an authorizer, as Lambda's runtime makes it: imports the module, asks it once, and reports on the
 * error stream. With BENCH_WARM_MS it goes on asking, to see what a call costs when all is loaded.
 */
import { pathToFileURL } from 'node:url';

export type Start = {
  readonly importMs: number;
  readonly firstMs: number;
  /** User and system, of all threads, from before the import to after the first answer. */
  readonly cpuMs: number;
  readonly rssMb: number;
  /** Answers in a second, of one thread. */
  readonly perSecond: number | null;
  readonly isAllowed: boolean;
};

type Module = { readonly handler: (event: unknown, context: unknown) => Promise<unknown> };

const [, , file = ''] = process.argv;
const event: unknown = JSON.parse(process.env['BENCH_EVENT'] ?? '{}');
const warmMs = Number(process.env['BENCH_WARM_MS'] ?? 0);
const context = {
  functionName: 'bench',
  awsRequestId: '5a4d1f6e-0000-4000-8000-000000000000',
  getRemainingTimeInMillis: () => 5_000,
};

// Not `performance`: the first look at it loads a module, which would be the harness's doing.
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

const cpuBefore = process.cpuUsage();
const begunMs = nowMs();
const { handler } = (await import(pathToFileURL(file).href)) as Module;
const importedMs = nowMs();
const answer = JSON.stringify(await handler(event, context));
const answeredMs = nowMs();
const { user, system } = process.cpuUsage(cpuBefore);

const start: Start = {
  importMs: importedMs - begunMs,
  firstMs: answeredMs - importedMs,
  cpuMs: (user + system) / 1000,
  rssMb: process.memoryUsage.rss() / 2 ** 20,
  perSecond: warmMs > 0 ? await countAnswers(handler) : null,
  isAllowed: answer.includes('"Effect":"Allow"'),
};
process.stderr.write(`${JSON.stringify(start)}\n`, () => process.exit());

async function countAnswers(ask: Module['handler']): Promise<number> {
  const run = async (ms: number): Promise<number> => {
    const fromMs = nowMs();
    let answers = 0;
    for (; nowMs() - fromMs < ms; answers += 1) await ask(event, context);
    return (1000 * answers) / (nowMs() - fromMs);
  };
  await run(warmMs / 2);
  return await run(warmMs);
}
