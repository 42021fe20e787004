/**
 * One start of a function, as Lambda's runtime makes it: imports the module, asks it once, and reports on the
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
  /** How often it was asked. */
  readonly answers: number;
  /** Printed by the function, by the number of answers; counted by the process that started it. */
  readonly bytesPerAnswer: number;
  readonly isExpected: boolean;
};

type Module = { readonly handler: (event: unknown, context: unknown) => Promise<unknown> };

const [, , file = ''] = process.argv;
const eventText = process.env['BENCH_EVENT'] ?? '{}';
const expected = new RegExp(process.env['BENCH_EXPECTED'] ?? '');
const warmMs = Number(process.env['BENCH_WARM_MS'] ?? 0);
const context = {
  functionName: 'bench',
  awsRequestId: '5a4d1f6e-0000-4000-8000-000000000000',
  getRemainingTimeInMillis: () => 5_000,
};

// Not `performance`: the first look at it loads a module, which would be the harness's doing.
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

let asked = 0;
const isNumbered = eventText.includes('{{n}}');
const only: unknown = isNumbered ? undefined : JSON.parse(eventText);
const numberOfProcess = process.hrtime.bigint();
function nextEvent(): unknown {
  asked += 1;
  if (!isNumbered) return only;
  const text = eventText.replaceAll('{{n}}', `${numberOfProcess}${asked}`);
  return packLogs(JSON.parse(text) as { readonly awslogs?: { readonly text: string } });
}

/** What CloudWatch Logs delivers comes packed. */
function packLogs(parsed: { readonly awslogs?: { readonly text: string } }): unknown {
  if (parsed.awslogs === undefined) return parsed;
  const { gzipSync } = process.getBuiltinModule('node:zlib');
  return { awslogs: { data: gzipSync(parsed.awslogs.text).toString('base64') } };
}

const first = nextEvent();
const cpuBefore = process.cpuUsage();
const startedMs = nowMs();
const { handler } = (await import(pathToFileURL(file).href)) as Module;
const importedMs = nowMs();
const answer = JSON.stringify(await handler(first, context)) as string | undefined;
const answeredMs = nowMs();
const { user, system } = process.cpuUsage(cpuBefore);

const start: Start = {
  importMs: importedMs - startedMs,
  firstMs: answeredMs - importedMs,
  cpuMs: (user + system) / 1000,
  rssMb: process.memoryUsage.rss() / 2 ** 20,
  perSecond: warmMs > 0 ? await countAnswers(handler) : null,
  answers: asked,
  bytesPerAnswer: 0,
  isExpected: expected.test(answer ?? 'undefined'),
};
// What was printed goes out first: it is counted.
process.stdout.write('', () => process.stderr.write(`${JSON.stringify(start)}\n`, () => process.exit()));

async function countAnswers(ask: Module['handler']): Promise<number> {
  const run = async (ms: number): Promise<number> => {
    const fromMs = nowMs();
    let answers = 0;
    for (; nowMs() - fromMs < ms; answers += 1) await ask(nextEvent(), context);
    return (1000 * answers) / (nowMs() - fromMs);
  };
  await run(warmMs / 2);
  return await run(warmMs);
}
