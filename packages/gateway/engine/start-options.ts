/**
 * All options of `gatewright start`. Each row defines an option on the command line, in settings files and their JSON
 * Schema, and in the Serverless plug-in. It contains the option's type, and its text on the reference page. Help lists
 * the options in this order, in groups.
 */
import { RAISABLE_QUOTAS, DEFAULT_QUOTAS } from '../control/api-quotas.ts';
import { DEFAULT_ASSUMPTIONS } from '../core/deployment/assumptions.ts';
import { FULL_RECORDS_PER_SECOND } from '../console/records/sampling.ts';
import { DEFAULT_CACHE_BYTES } from '../control/caches/stage-cache.ts';
import { DEFAULT_CONCURRENCY } from '../lambda/pool/concurrency.ts';
import { DEFAULT_BODY_MEMORY_BYTES } from '../server/body-memory.ts';
import { FORMS } from './settings.ts';
import type { StartOption } from './settings.ts';

const ON_OFF = { takes: '<on|off>', ...FORMS.onOff } as const;
const NO_TEXTS: readonly string[] = [];
const NO_PAIRS: Readonly<Record<string, string>> = {};
const NO_LINKS: ReadonlyMap<string, readonly string[]> = new Map();
const NO_ENDPOINTS: ReadonlyMap<string, string> = new Map();

/** The port at which Node.js waits for a debugger by default. */
export const DEBUGGER_PORT = 9229;

export const START_OPTIONS = {
  stage: {
    heads: 'Stacks',
    takes: '<name>',
    ...FORMS.stage,
    loads: true,
    what: 'stage to serve (default: provider.stage of the service, or dev)',
  },
  region: {
    takes: '<name>',
    ...FORMS.region,
    loads: true,
    what: "region of all stacks (default: the stack's region, AWS_REGION, AWS_DEFAULT_REGION or us-east-1)",
  },
  account: {
    takes: '<id>',
    ...FORMS.account,
    loads: true,
    plugin: 'both',
    what: "12-digit account of all stacks (default: the stack's account, AWS_ACCOUNT_ID or 123456789012)",
  },
  param: {
    takes: '<name=value>',
    ...FORMS.pair,
    repeats: true,
    loads: true,
    sets: 'parameters',
    what: 'parameter of a template or of serverless.yml',
    defaultValue: NO_PAIRS,
    shown: 'none',
  },
  'env-file': {
    takes: '<file>',
    loads: true,
    what: 'file with variables for ${env:…} in serverless.yml; functions do not see these variables',
  },
  'env-from-stack': {
    takes: '<name>',
    what: 'read function variables and outputs of a deployed stack (read-only)',
  },
  port: {
    heads: 'Addresses',
    takes: '<number>',
    ...FORMS.port,
    defaultValue: 3000,
    plugin: 'option',
    sets: 'port',
    what: 'port of the first API; others use the next ports; 0 = any free',
  },
  'control-port': {
    takes: '<number>',
    ...FORMS.port,
    defaultValue: 4000,
    plugin: 'option',
    sets: 'controlPort',
    what: 'port of the AWS APIs and the local issuer',
  },
  host: {
    takes: '<address>',
    defaultValue: '127.0.0.1',
    plugin: 'option',
    sets: 'host',
    what: 'address of the API ports; the control port stays on loopback',
  },
  'allow-host': {
    takes: '<name>',
    ...FORMS.names,
    repeats: true,
    plugin: 'option',
    sets: 'allowHosts',
    what: 'additional Host name to accept, for a tunnel or proxy',
    defaultValue: NO_TEXTS,
    shown: 'none',
  },
  tls: {
    defaultValue: false,
    plugin: 'option',
    sets: 'tls',
    what: 'serve HTTPS and WSS with the local CA of `gatewright certs`',
  },
  name: {
    takes: '<name>',
    ...FORMS.name,
    plugin: 'option',
    what: 'name for --gateway in other commands (default: name of the folder)',
  },
  data: {
    heads: 'Data and services',
    takes: '<dir>',
    plugin: 'option',
    what: 'folder to keep tables and issuer keys in (default: in memory)',
  },
  seed: {
    takes: '<folder>',
    plugin: 'option',
    sets: 'seed',
    what: 'data for empty tables (orders.json, .yml, .ndjson) and users (users.yml)',
  },
  values: {
    takes: '<file>',
    plugin: 'option',
    sets: 'values',
    what: 'values for SSM, Secrets Manager, S3, AppConfig (default: gatewright.values.yml)',
  },
  dynamodb: {
    takes: '<embedded|url>',
    defaultValue: 'embedded',
    plugin: 'option',
    what: 'use the embedded DynamoDB, or another DynamoDB at this URL',
  },
  aws: {
    takes: '<services>',
    ...FORMS.services,
    defaultValue: NO_TEXTS,
    shown: 'none',
    plugin: 'setting',
    what: 'services that integrations call on AWS, such as sns,s3; calls to other services are only recorded',
  },
  issuer: {
    takes: '<url=local>',
    ...FORMS.issuer,
    repeats: true,
    plugin: 'setting',
    sets: 'localIssuers',
    what: 'issuer to serve locally, such as https://example.eu.auth0.com/=local',
    defaultValue: NO_TEXTS,
    shown: 'none',
  },
  'sign-in-as': {
    takes: '<name:roles>',
    ...FORMS.signInAs,
    plugin: 'setting',
    sets: 'signInAs',
    what: 'sign in at the local issuer as this subject without a page, such as alice or alice:admin,courier',
  },
  'allow-private-clients': {
    defaultValue: false,
    plugin: 'setting',
    sets: 'allowPrivateClients',
    what: 'let the local issuer read client metadata documents from addresses of this machine and its network',
  },
  'vpc-link': {
    takes: '<name=url>',
    ...FORMS.vpcLink,
    repeats: true,
    plugin: 'setting',
    sets: 'vpcLinks',
    what: 'address of a VPC link, or several separated by commas, which are used in turn',
    defaultValue: NO_LINKS,
    shown: 'none',
  },
  'cloud-map': {
    takes: '<file>',
    plugin: 'setting',
    sets: 'cloudMap',
    what: 'file with instances of AWS Cloud Map services, for integrations by VPC link and DiscoverInstances',
  },
  'vpc-endpoint': {
    takes: '<vpce=vpc>',
    ...FORMS.vpcEndpoint,
    repeats: true,
    plugin: 'setting',
    sets: 'vpcEndpoints',
    what: 'VPC that contains a VPC endpoint, for the condition key aws:SourceVpc in policies of private APIs',
    defaultValue: NO_ENDPOINTS,
    shown: 'none',
  },
  strict: {
    heads: 'What is enforced',
    defaultValue: false,
    loads: true,
    plugin: 'option',
    sets: 'strict',
    what: 'fail if anything cannot be served or enforced, instead of warning',
  },
  'allow-unguarded': {
    defaultValue: false,
    loads: true,
    plugin: 'setting',
    sets: 'allowUnguarded',
    what: 'serve routes even if their authorizer, policy or web ACL cannot be enforced',
  },
  'strict-waf': {
    defaultValue: false,
    plugin: 'setting',
    sets: 'strictWaf',
    what: 'return 500 for stages whose web ACL has rules that the gateway cannot evaluate, such as most managed rules',
  },
  'waf-networks': {
    takes: '<file>',
    plugin: 'setting',
    sets: 'wafNetworks',
    what: 'file with one network and its country per line (such as 203.0.113.0/24,DE), for geo match rules of web ACLs',
  },
  /** If a program omits this option, no roles are enforced. */
  roles: {
    ...ON_OFF,
    defaultValue: true,
    shown: 'on',
    plugin: 'setting',
    sets: 'roles',
    what: 'enforce the IAM roles of functions and integrations, and AWS::Lambda::Permission',
  },
  /** If a program omits this option, functions can write all files. */
  'read-only': {
    ...ON_OFF,
    defaultValue: true,
    shown: 'on',
    plugin: 'setting',
    sets: 'readOnly',
    what: 'let functions of Node.js and Python write below /tmp only, as on AWS',
  },
  assume: {
    takes: '<name=value>',
    ...FORMS.assumption,
    repeats: true,
    plugin: 'setting',
    sets: 'assumptions',
    what: 'behavior to assume where AWS documents none; node_modules/gatewright/docs/parity.md lists the choices',
    defaultValue: DEFAULT_ASSUMPTIONS,
    shown: 'the defaults listed there',
  },
  'account-quota': {
    takes: '<name=value>',
    ...FORMS.quota,
    repeats: true,
    plugin: 'setting',
    sets: 'accountQuotas',
    what: `quota that AWS has raised for your account: ${RAISABLE_QUOTAS.join(', ')}`,
    defaultValue: DEFAULT_QUOTAS,
    shown: 'AWS’s defaults',
  },
  /**
   * This option is off by default, because it limits the whole account instead of one API. If it were on, developers
   * would see this limit instead of the limits of their machine and of the stack.
   */
  'account-throttle': {
    ...ON_OFF,
    defaultValue: false,
    shown: 'off',
    plugin: 'setting',
    sets: 'accountThrottle',
    what: 'limit all APIs together to 10,000 requests per second, as AWS does',
  },
  'usage-lag': {
    takes: '<span>',
    ...FORMS.span,
    defaultValue: 0,
    shown: '0s',
    plugin: 'setting',
    sets: 'usageLagMs',
    what: 'delay before usage counts toward usage plan quotas, as on AWS (such as 30s or 2m); 0s = no delay',
  },
  isolation: {
    heads: 'Functions',
    takes: '<thread|process|names>',
    ...FORMS.isolation,
    plugin: 'setting',
    sets: 'isolation',
    what: 'run Node.js functions as threads, as processes, or only the named ones (such as resize,orders) as processes',
  },
  concurrency: {
    takes: '<number>',
    ...FORMS.concurrency,
    plugin: 'setting',
    sets: 'concurrency',
    what: `number of events that all functions together run at a time; further events are throttled (default: ${DEFAULT_CONCURRENCY})`,
  },
  cold: {
    defaultValue: false,
    plugin: 'setting',
    sets: 'cold',
    what: 'run every event in a new instance (cold start)',
  },
  faults: {
    takes: '<file>',
    plugin: 'setting',
    sets: 'faults',
    what: 'inject the faults of this file: latency, errors, broken replies, unreachable tables',
  },
  'allow-faults-on-network': {
    defaultValue: false,
    plugin: 'setting',
    sets: 'allowFaultsOnNetwork',
    what: 'allow --faults with a --host that others on the network can reach',
  },
  inspect: {
    takes: '[port]',
    ...FORMS.port,
    isOfOneRun: true,
    what: `allow a debugger on loopback, at port ${DEBUGGER_PORT} or --inspect=PORT`,
  },
  'inspect-brk': {
    takes: '[port]',
    ...FORMS.port,
    isOfOneRun: true,
    what: 'like --inspect, but wait for the debugger and stop at the first line of each function',
  },
  reload: {
    defaultValue: true,
    plugin: 'option',
    sets: 'reload',
    what: 'do not reload when templates or function sources change',
  },
  install: {
    defaultValue: true,
    plugin: 'setting',
    sets: 'install',
    what: 'do not install packages that Lambda includes and a project lacks: boto3, aws-sdk 2',
  },
  build: {
    defaultValue: true,
    plugin: 'setting',
    sets: 'build',
    what: 'do not run the build script of a project to create missing handler files',
  },
  record: {
    heads: 'Records',
    takes: '<number>',
    ...FORMS.records,
    defaultValue: 4_000,
    plugin: 'option',
    sets: 'record',
    what: 'number of requests and messages recorded for `requests` and `explain`; 0 = none',
    none: 'record nothing',
  },
  'record-all': {
    defaultValue: false,
    plugin: 'setting',
    sets: 'recordAll',
    what: `record every successful request, instead of a sample above ${FULL_RECORDS_PER_SECOND} per second`,
  },
  metrics: {
    defaultValue: false,
    plugin: 'setting',
    sets: 'metrics',
    what: 'write CloudWatch metrics of every request to .gatewright/logs/metrics.log',
  },
  'cache-memory': {
    takes: '<size>',
    ...FORMS.size,
    defaultValue: DEFAULT_CACHE_BYTES,
    shown: '256MB',
    plugin: 'setting',
    sets: 'cacheMemoryBytes',
    what: 'memory of each stage cache, up to its cluster size (such as 64MB or 2GB)',
  },
  'max-body-memory': {
    takes: '<size>',
    ...FORMS.size,
    defaultValue: DEFAULT_BODY_MEMORY_BYTES,
    shown: '256MB',
    plugin: 'setting',
    sets: 'maxBodyMemoryBytes',
    what: 'memory for request bodies above 64 KB (such as 64MB or 2GB)',
  },
  exec: {
    heads: 'This run',
    takes: '<command>',
    isOfOneRun: true,
    what: 'start on free ports, run this command with the addresses in its environment, exit with its exit code',
  },
  open: { defaultValue: false, isOfOneRun: true, what: 'open the console in the browser' },
  verbose: { defaultValue: false, what: 'list everything that is not served or enforced as on AWS' },
  quiet: { defaultValue: false, what: 'print only errors, refused requests and the addresses' },
  profile: {
    defaultValue: false,
    isOfOneRun: true,
    what: 'write a CPU profile and heap summary to .gatewright/profiles at exit',
  },
  json: {
    defaultValue: false,
    isOfOneRun: true,
    what: 'print one JSON line when ready; logs go to stderr',
  },
} as const satisfies Readonly<Record<string, StartOption>>;
