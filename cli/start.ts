/** `gatewright start`: loads stacks, serves them, prints what there is to know, ends on SIGTERM or Ctrl-C. */
import { join } from 'node:path';
import { Command, Option } from 'commander';
import {
  chooseKeyPair,
  createGateway,
  createStreamSink,
  describeReload,
  printLogLine,
  RAISABLE_QUOTAS,
  requireSources,
  USUAL_ASSUMPTIONS,
  USUAL_QUOTAS,
  USUAL_RECORDS,
} from '@gatewright/gateway';
import { accessFoldersOf } from '@gatewright/authoring/stack-files';
import { withStack } from './with-stack.ts';
import { openStartConsole } from './start-console.ts';
import { refuseUnsafeAccess } from './access-check.ts';
import {
  collectServices,
  collectVpcEndpoint,
  collectVpcLink,
  readAwsEndpoints,
  readDaemon,
} from './aws-options.ts';
import { addLoopOptions, readLoopOptions } from './loop-options.ts';
import { addLoadOptions, toLoadOptions, USUAL_STAGE } from './load-options.ts';
import {
  collectAssumption,
  collectQuota,
  collectStandIn,
  collectText,
  readPort,
  readRecordCount,
  readSize,
  readSpan,
} from './options.ts';
import { UsageError } from './output.ts';
import { takeFromStack } from './env-from-stack.ts';
import { readExecOptions, runWithGateway, sayReady } from './start-exec.ts';
import { openBrowser } from './open-browser.ts';
import { describeStart } from './start-text.ts';
import { whenNpxEnds } from './npx-parent.ts';
import type { AccountQuotas, Assumptions, DynamoDbChoice, GatewayOptions } from '@gatewright/gateway';
import type { LoopFlags } from './loop-options.ts';
import type { LoadFlags } from './load-options.ts';
import type { Profiling } from './profile.ts';

type StartFlags = LoadFlags &
  LoopFlags & {
    readonly port: number;
    readonly controlPort: number;
    readonly host: string;
    readonly allowHost: readonly string[];
    readonly tls: boolean;
    readonly dynamodb: string;
    readonly data?: string;
    readonly aws: readonly string[];
    readonly issuer: readonly string[];
    readonly vpcLink: ReadonlyMap<string, readonly string[]>;
    readonly vpcEndpoint: ReadonlyMap<string, string>;
    readonly roles: 'on' | 'off';
    readonly assume: Assumptions;
    readonly accountQuota: AccountQuotas;
    readonly accountThrottle: 'on' | 'off';
    readonly usageLag: number;
    readonly cacheMemory: number;
    readonly metrics: boolean;
    readonly record: number | false;
    readonly recordAll: boolean;
    readonly reload: boolean;
    readonly json: boolean;
    readonly open: boolean;
    readonly profile: boolean;
    readonly verbose: boolean;
  };

export function startCommand(): Command {
  const command = addLoadOptions(new Command('start').description('Serve stacks on this machine.'))
    .option('--port <number>', 'port of the first API; the others follow, 0 = free ports', readPort, 3000)
    .option('--control-port <number>', 'port of AWS’s own APIs and of the local issuer', readPort, 4000)
    .option(
      '--host <address>',
      'address the API ports bind to; the control port stays on loopback',
      '127.0.0.1',
    )
    .option(
      '--allow-host <name>',
      'a further Host name to answer to (tunnel, proxy; repeatable)',
      collectText,
      [],
    )
    .option('--tls', 'serve HTTPS and WSS under the local CA of `gatewright certs`', false)
    .option('--dynamodb <embedded|url>', 'where tables live', 'embedded')
    .option('--data <dir>', 'keep tables and issuer keys here (default: in memory)')
    .option(
      '--aws <services>',
      'let integrations call these services at AWS itself, as sns,s3; others are recorded',
      collectServices,
      [],
    )
    .option(
      '--issuer <url=local>',
      'an issuer that the local one stands in for, as https://example.eu.auth0.com/=local (repeatable)',
      collectStandIn,
      [],
    )
    .option(
      '--vpc-link <name=url>',
      'address of a VPC link, several parted by commas take turns (repeatable)',
      collectVpcLink,
      new Map<string, readonly string[]>(),
    );
  return addRecordOptions(addLoopOptions(addAccountOptions(command)))
    .addOption(
      new Option(
        '--cache-memory <size>',
        'what the response cache of one stage may hold, up to the size of its cluster (64MB, 2GB)',
      )
        .argParser(readSize)
        .default(256 * 1024 ** 2, '256MB'),
    )
    .option('--metrics', 'write CloudWatch metrics of every request to .gatewright/logs/metrics.log', false)
    .addOption(new Option('--no-reload', 'do not watch templates and the sources of functions'))
    .option('--verbose', 'list all that is not served or enforced as at AWS', false)
    .option('--open', 'open the console in the browser', false)
    .option(
      '--profile',
      'write a CPU profile and a heap summary of the gateway to .gatewright/profiles when it ends',
      false,
    )
    .option('--json', 'one JSON line on stdout when ready; logs on stderr', false)
    .action(start);
}

/** What is kept for `requests`, `explain` and the console. */
function addRecordOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--record <number>', 'how many requests and messages to keep for `requests` and `explain`')
        .argParser(readRecordCount)
        .default(USUAL_RECORDS),
    )
    .addOption(new Option('--no-record', 'keep none'))
    .option(
      '--record-all',
      'keep each success, also above 1,000 a second, where usually one of several is',
      false,
    );
}

const USUAL_ROLES = 'on';

/** What the account at AWS would be like. */
function addAccountOptions(command: Command): Command {
  return command
    .option(
      '--vpc-endpoint <vpce=vpc>',
      'VPC of an endpoint that private APIs are called through, for aws:SourceVpc (repeatable)',
      collectVpcEndpoint,
      new Map<string, string>(),
    )
    .addOption(
      new Option(
        '--roles <on|off>',
        'hold functions to the policies of their roles, and APIs to AWS::Lambda::Permission, as AWS does',
      )
        .choices(['on', 'off'])
        .default(USUAL_ROLES),
    )
    .addOption(
      new Option(
        '--assume <name=value>',
        'what to take for granted where AWS is not documented, as docs/parity.md lists it (repeatable)',
      )
        .argParser(collectAssumption)
        .default(USUAL_ASSUMPTIONS, 'what that page says'),
    )
    .addOption(
      new Option(
        '--account-quota <name=value>',
        `what AWS has raised for the account, of ${RAISABLE_QUOTAS.join(', ')} (repeatable)`,
      )
        .argParser(collectQuota)
        .default(USUAL_QUOTAS, 'AWS’s defaults'),
    )
    .addOption(
      new Option(
        '--account-throttle <on|off>',
        'hold all APIs together to 10,000 requests a second, as an AWS account does',
      )
        .choices(['on', 'off'])
        .default('off'),
    )
    .addOption(
      new Option(
        '--usage-lag <span>',
        'how far the quotas of usage plans run behind, as they do at AWS (30s, 2m); 0s = exact',
      )
        .argParser(readSpan)
        .default(0, '0s'),
    );
}

async function start(named: readonly string[], flags: StartFlags, command: Command): Promise<void> {
  const startedMs = performance.now();
  const sources = chooseSources(named);
  const profiling = flags.profile ? await beginProfile() : undefined;
  // With --json, stdout belongs to the one line that tools read; with --exec to the command.
  const log = createStreamSink(flags.json || flags.exec !== undefined ? process.stderr : process.stdout);
  const deployed = await takeFromStack(flags.envFromStack, flags.region);
  const adminKey = chooseKeyPair(process.env);
  const stage = flags.stage ?? USUAL_STAGE;
  const shown = openStartConsole(sources, stage, adminKey);
  const gateway = await createGateway({
    ...{ ...toLoadOptions(flags), companions: sources.filter((source) => !named.includes(source)), adminKey },
    awsEndpoints: readAwsEndpoints(flags.aws, process.env),
    localIssuers: flags.issuer,
    vpcLinks: flags.vpcLink,
    ...{ ...readExecOptions(flags, command), ...deployed.options },
    ...{ host: flags.host, allowHosts: flags.allowHost, tls: flags.tls },
    dynamodb: readDynamoDb(flags),
    vpcEndpoints: flags.vpcEndpoint,
    roles: flags.roles === 'on',
    assumptions: flags.assume,
    accountQuotas: flags.accountQuota,
    accountThrottle: flags.accountThrottle === 'on',
    usageLagMs: flags.usageLag,
    cacheMemoryBytes: flags.cacheMemory,
    ...{ metrics: flags.metrics, ...shown.options, linksLines: isSeen(flags) },
    ...(flags.record !== false && { record: flags.record, recordAll: flags.recordAll }),
    xrayDaemon: readDaemon(process.env['AWS_XRAY_DAEMON_ADDRESS']),
    ...{ ...readLoopOptions(flags), log, documentFolders: accessFoldersOf(sources) },
    functionLog: (line) => printFunctionLine(line, flags),
    onProgress: (message) => process.stderr.write(`${message}\n`),
    ...(!flags.json && { onWaiting: (message: string) => process.stderr.write(`${message}\n`) }),
    onReload: (event) => {
      log.write(describeReload(event));
    },
  });
  const orphaned = whenNpxEnds();
  try {
    await gateway.load(sources);
    const documents = await refuseUnsafeAccess(sources, gateway.inspect(), stage, (message) =>
      process.stderr.write(`warning: ${message}\n`),
    );
    // Not before: until there is something to end in order, a signal ends the process as it ends any other.
    const told = flags.exec === undefined ? whenToldToEnd() : undefined;
    const listening = await gateway.listen();
    shown.listensAt(listening);
    const text = flags.json
      ? `${JSON.stringify({ ready: true, ...listening })}\n`
      : describeStart({
          ...{ gateway, listening, documents, stage, load: { ...flags, sources } },
          ...{ tookMs: performance.now() - startedMs, isVerbose: flags.verbose },
        });
    sayReady(flags, listening, text);
    if (flags.open && listening.console !== undefined) openBrowser(listening.console);
    if (flags.exec === undefined) await Promise.race([told, orphaned]);
    else process.exitCode = await runWithGateway(flags.exec, deployed.around(gateway), orphaned);
  } finally {
    await gateway.close();
    await log.close();
    await endProfile(profiling);
  }
}

/** @throws DefinitionError before anything is opened */
function chooseSources(named: readonly string[]): readonly string[] {
  requireSources(named);
  return withStack(named, (message) => process.stderr.write(`${message}\n`));
}

/** Embedded metrics are for CloudWatch; between request lines they only hide what a person looks for. */
function printFunctionLine(
  line: Parameters<GatewayOptions['functionLog']>[0],
  { json }: Pick<StartFlags, 'json'>,
): void {
  if (json || !line.message.startsWith('{"_aws":'))
    process.stderr.write(`[${line.functionName}] ${printLogLine(line)}\n`);
}

/** Whether a person looks at the lines. */
function isSeen({ json, exec }: StartFlags): boolean {
  return process.stdout.isTTY && !json && exec === undefined;
}

/** Loaded by who asks for it. */
async function beginProfile(): Promise<Profiling> {
  const { startProfile } = await import('./profile.ts');
  return startProfile(join(process.cwd(), '.gatewright', 'profiles'), Date.now());
}

async function endProfile(profiling: Profiling | undefined): Promise<void> {
  for (const file of (await profiling?.finish()) ?? []) process.stderr.write(`wrote ${file}\n`);
}

/** Resolves on SIGTERM or Ctrl-C; a second signal ends the process at once. */
function whenToldToEnd(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

function readDynamoDb(flags: StartFlags): DynamoDbChoice {
  if (flags.dynamodb === 'embedded') return { kind: 'embedded', dataDirectory: flags.data };
  if (!URL.canParse(flags.dynamodb) || !/^https?:/.test(flags.dynamodb))
    throw new UsageError(`--dynamodb takes "embedded" or a URL, not "${flags.dynamodb}"`);
  if (flags.data !== undefined)
    throw new UsageError('--data keeps the embedded DynamoDB; it does not go together with --dynamodb URL');
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  return {
    kind: 'url',
    url: flags.dynamodb,
    // DynamoDB Local takes any pair; AWS wants the developer's own.
    accessKeyId: AWS_ACCESS_KEY_ID ?? 'LOCALGATEWRIGHT',
    secretAccessKey: AWS_SECRET_ACCESS_KEY ?? 'local',
    ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
  };
}
