/**
 * Starts a function as Lambda's runtime does: imports the module, calls the handler once, and reports the measurements
 * on stderr. With BENCH_WARM_MS, this process continues to call the function, to measure the cost of a warm call.
 */
import { pathToFileURL } from 'node:url';

export type Start = {
  readonly importMs: number;
  readonly firstMs: number;
  /** User and system time of all threads, from before the import to after the first result. */
  readonly cpuMs: number;
  readonly rssMb: number;
  /** Results per second of one thread. */
  readonly perSecond: number | null;
  /** How often the function was called. */
  readonly answers: number;
  /** Bytes that the function printed, divided by the number of calls. The parent process counts them. */
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

// `performance` is not used, because the first access to it loads a module. The harness would then add that load time
// to the measurement.
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

/** Compresses the text as CloudWatch Logs does before it delivers it. */
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
// The output of the function is flushed first, because the parent process counts it.
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
