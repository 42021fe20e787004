/**
 * Stores values of SSM, Secrets Manager, S3 and AppConfig for functions. The values come from a file, from the
 * resources of a stack or, for parameters and secrets, from calls. The file takes precedence over the stacks. Each load
 * of the stacks replaces all values except values that calls have written, and a changed value gets a new version.
 */
import { createHash } from 'node:crypto';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { Clock } from '../../core/ports.ts';
import { isGenerated } from '../../core/stack/generated-secret.ts';
import type { GeneratedSecrets } from '../../core/stack/generated-secret.ts';
import { CURRENT } from './secret-versions.ts';
import type { SecretVersion } from './secret-versions.ts';
import type { Content, ParameterType, ParameterDefinition, ValueDefinitions } from './value-definitions.ts';

type Versioned<Value> = Value & {
  readonly name: string;
  /** Starts at 1 and increases with every change. */
  readonly version: number;
  readonly changedMs: number;
};

export type Parameter = Versioned<ParameterDefinition>;
export type Configuration = Versioned<Content>;
/** A secret as a template or the values file defines it. */
type SecretDefinition = {
  /** The value; undefined if a template defines a secret without a value. */
  readonly content: Content | undefined;
  readonly arn: string | undefined;
  /** The properties of the template's secret that only DescribeSecret shows. */
  readonly shown: UnknownMembers;
};
/** The versions that calls have written, the oldest first, and the other members that calls have changed. */
type WrittenSecret = {
  readonly versions: readonly SecretVersion[];
  readonly shown: UnknownMembers;
  /** The time from which a deleted secret no longer exists; until then, it can be restored. */
  readonly deletedMs: number | undefined;
};
export type Secret = Versioned<SecretDefinition> & {
  readonly versions?: readonly SecretVersion[];
  readonly deletedMs?: number | undefined;
};

/** `replaced` is the definition that the call has replaced; a deleted parameter has no value. */
type WrittenByCall<Value> = {
  readonly replaced: string | undefined;
  readonly value: Value;
};
type Kept = { readonly fingerprint: string; readonly version: number; readonly changedMs: number };

type LocalValuesOptions = {
  readonly clock: Pick<Clock, 'nowEpochMs'>;
  readonly generated: Pick<GeneratedSecrets, 'textOf'>;
  /** The name of the values file, which messages about missing values contain. */
  readonly file: string;
  readonly report: (sentence: string) => void;
};

const DAY_MS = 86_400_000;
const MAX_REPORTED = 1_000;

/** The number of versions of a parameter that AWS keeps (Systems Manager user guide, parameter versions). */
const MAX_VERSIONS = 100;
/** The number of parameters whose earlier versions the gateway stores. Together they have at most 160 MB. */
const MAX_HISTORIES = 200;

export class LocalValues {
  readonly #options: LocalValuesOptions;
  #parameters = new Map<string, Parameter>();
  /** The versions that calls have written, and the version before the first of them, by parameter name. */
  readonly #history = new Map<string, readonly Parameter[]>();
  /** The parameters that calls have written or deleted, by name. */
  readonly #ofCalls = new Map<string, WrittenByCall<ParameterDefinition | undefined>>();
  /** The secrets that calls have written, by name. */
  readonly #secretsOfCalls = new Map<string, WrittenByCall<WrittenSecret>>();
  #secrets = new Map<string, Secret>();
  /** The days on which secrets and their versions were read, by `name` and `name versionId`, in milliseconds. */
  readonly #accessed = new Map<string, number>();
  #objects: ReadonlyMap<string, Versioned<Content>> = new Map();
  #buckets: ReadonlySet<string> = new Set();
  #configurations: ReadonlyMap<string, Configuration> = new Map();
  /** The parameters of the stacks and the values file, as text. */
  #defined: ReadonlyMap<string, string> = new Map();
  #kept = new Map<string, Kept>();
  readonly #reported = new Set<string>();

  constructor(options: LocalValuesOptions) {
    this.#options = options;
  }

  replace(written: ValueDefinitions, stacks: readonly ResolvedStack[]): void {
    const before = this.#kept;
    this.#kept = new Map();
    const keep = <Value extends object>(
      service: string,
      name: string,
      value: Value,
      print: string,
    ): Versioned<Value> => {
      const id = `${service} ${name}`;
      const old = before.get(id);
      const fingerprint = fingerprintOf(print);
      const isSame = old?.fingerprint === fingerprint;
      const version = isSame ? old.version : (old?.version ?? 0) + 1;
      const changedMs = isSame ? old.changedMs : this.#options.clock.nowEpochMs();
      this.#kept.set(id, { fingerprint, version, changedMs });
      return { ...value, name, version, changedMs };
    };
    const contents = (service: string, all: ReadonlyMap<string, Content>) =>
      new Map([...all].map(([name, content]) => [name, keep(service, name, content, printOf(content))]));
    const parameters = this.#withCalls(new Map([...parametersOf(stacks), ...written.parameters]));
    this.#parameters = new Map(
      [...parameters].map(([name, one]) => [name, keep('ssm', name, one, printParameter(one))]),
    );
    this.#secrets = new Map(
      [...this.#mergeSecrets(written, stacks)].map(([name, secret]) => [
        name,
        this.#withVersions(keep('secretsmanager', name, secret, printSecret(secret))),
      ]),
    );
    this.#objects = contents('s3', written.objects);
    this.#buckets = written.buckets;
    this.#configurations = contents('appconfig', written.configurations);
    this.#reported.clear();
  }

  /** Finds a parameter by name or ARN; a missing parameter is reported. */
  parameter(nameOrArn: string): Parameter | undefined {
    return this.#orReport(this.findParameter(nameOrArn), 'ssm', nameOrArn);
  }

  /** Finds a parameter by name or ARN. */
  findParameter(nameOrArn: string): Parameter | undefined {
    const named = /^arn:[\w-]+:ssm:[^:]*:\d*:parameter\/(.+)$/.exec(nameOrArn)?.[1] ?? nameOrArn;
    return this.#parameters.get(named) ?? this.#parameters.get(withOtherSlash(named));
  }

  get parameterCount(): number {
    return this.#parameters.size;
  }

  /**
   * Writes a parameter. The value is in effect until the definition of the parameter changes, or until the gateway is
   * reset or ends. Returns its new version.
   */
  putParameter(name: string, value: ParameterDefinition): number {
    const known = this.findParameter(name);
    const at = known?.name ?? name;
    const version = (known?.version ?? 0) + 1;
    const changedMs = this.#options.clock.nowEpochMs();
    const written = { ...value, name: at, version, changedMs };
    this.#ofCalls.set(at, { replaced: this.#defined.get(at), value });
    this.#kept.set(`ssm ${at}`, { fingerprint: fingerprintOf(printParameter(value)), version, changedMs });
    this.#parameters.set(at, written);
    const versions = [...(this.#history.get(at) ?? (known === undefined ? [] : [known])), written];
    this.#history.delete(at);
    this.#history.set(at, versions.slice(-MAX_VERSIONS));
    const [oldest = at] = this.#history.keys();
    if (this.#history.size > MAX_HISTORIES) this.#history.delete(oldest);
    return version;
  }

  /** Returns a version of a parameter that a call has written or replaced. */
  parameterVersion({ name }: Parameter, version: number): Parameter | undefined {
    return this.#history.get(name)?.find((one) => one.version === version);
  }

  /**
   * Deletes a parameter. It stays deleted until its definition changes, or until the gateway is reset or ends. Returns
   * whether the parameter existed.
   */
  deleteParameter(name: string): boolean {
    const known = this.findParameter(name);
    if (known === undefined) return false;
    this.#ofCalls.set(known.name, { replaced: this.#defined.get(known.name), value: undefined });
    this.#kept.delete(`ssm ${known.name}`);
    this.#history.delete(known.name);
    return this.#parameters.delete(known.name);
  }

  /**
   * Replaces the versions of a secret, members that only DescribeSecret shows, or the time of its deletion. They are in
   * effect until the definition of the secret changes, or until the gateway is reset or ends.
   */
  putSecret(secret: Secret, changed: Partial<WrittenSecret>): void {
    const { name } = secret;
    const before = this.#secretsOfCalls.get(name);
    const value = {
      versions: changed.versions ?? versionsOf(secret),
      shown: { ...before?.value.shown, ...changed.shown },
      deletedMs: 'deletedMs' in changed ? changed.deletedMs : secret.deletedMs,
    };
    this.#secretsOfCalls.set(name, { replaced: before?.replaced ?? printSecret(secret), value });
    this.#secrets.set(name, this.#withVersions(secret));
  }

  /** Deletes a secret after the given number of milliseconds. Returns the time of the deletion. */
  deleteSecret(secret: Secret, afterMs: number): number {
    const deletedMs = this.#options.clock.nowEpochMs() + afterMs;
    this.putSecret(secret, { deletedMs });
    return deletedMs;
  }

  /** Notes that a version of a secret was read. AWS keeps the day of the last read, in UTC [obs: secretsmanager]. */
  noteAccess({ name }: Secret, versionId: string): void {
    const now = this.#options.clock.nowEpochMs();
    const day = now - (now % DAY_MS);
    this.#accessed.set(name, day).set(`${name} ${versionId}`, day);
  }

  /** Returns the day of the last read of a secret, or of one of its versions, in seconds. */
  accessedDay({ name }: Secret, versionId?: string): number | undefined {
    const day = this.#accessed.get(versionId === undefined ? name : `${name} ${versionId}`);
    return day === undefined ? undefined : day / 1000;
  }

  /** Returns the versions of a secret with one more, which has no label yet. */
  withVersion(secret: Secret, id: string, content: Content): readonly SecretVersion[] {
    const changedMs = this.#options.clock.nowEpochMs();
    return [...versionsOf(secret), { id, content, changedMs, stages: [] }];
  }

  get nowMs(): number {
    return this.#options.clock.nowEpochMs();
  }

  get secrets(): readonly Secret[] {
    return [...this.#secrets.values()].filter((secret) => this.#exists(secret));
  }

  /** Returns the secret with the versions that calls have written, unless its definition has changed since. */
  #withVersions(secret: Versioned<SecretDefinition>): Secret {
    const written = this.#secretsOfCalls.get(secret.name);
    if (written === undefined) return secret;
    const { replaced, value } = written;
    if (replaced === printSecret(secret))
      return {
        ...secret,
        versions: value.versions,
        shown: { ...secret.shown, ...value.shown },
        deletedMs: value.deletedMs,
      };
    this.#secretsOfCalls.delete(secret.name);
    return secret;
  }

  /** Forgets what calls have written or deleted. The definitions are in effect again after the next `replace`. */
  forgetCalls(): void {
    this.#ofCalls.clear();
    this.#history.clear();
    this.#secretsOfCalls.clear();
    this.#accessed.clear();
  }

  /**
   * Returns all parameters. A change by a call replaces the definition of a parameter, unless the definition has
   * changed since the call.
   */
  #withCalls(defined: ReadonlyMap<string, ParameterDefinition>): ReadonlyMap<string, ParameterDefinition> {
    this.#defined = new Map([...defined].map(([name, one]) => [name, printParameter(one)]));
    const merged = new Map(defined);
    for (const [name, { replaced, value }] of this.#ofCalls)
      if (this.#defined.get(name) !== replaced) this.#ofCalls.delete(name);
      else if (value === undefined) merged.delete(name);
      else merged.set(name, value);
    return merged;
  }

  parametersBelow(path: string, isRecursive: boolean): readonly Parameter[] {
    const folder = path.endsWith('/') ? path : `${path}/`;
    const found = [...this.#parameters.values()].filter(
      ({ name }) => name.startsWith(folder) && (isRecursive || !name.slice(folder.length).includes('/')),
    );
    if (found.length === 0) this.#orReport(undefined, 'ssm', `${folder}…`);
    return found.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** Finds a secret by name, ARN, or ARN without its last six characters; a missing secret is reported. */
  secret(id: string): Secret | undefined {
    const name = nameOfSecret(id);
    const found =
      this.#secrets.get(id) ??
      (name === undefined
        ? undefined
        : (this.#secrets.get(name) ?? this.#secrets.get(name.replace(/-[a-zA-Z0-9]{6}$/, ''))));
    return this.#orReport(
      found !== undefined && this.#exists(found) ? found : undefined,
      'secretsmanager',
      id,
    );
  }

  #exists({ deletedMs }: Secret): boolean {
    return deletedMs === undefined || this.#options.clock.nowEpochMs() < deletedMs;
  }

  /** Finds a configuration by `application/environment/profile`; a missing configuration is reported. */
  configuration(id: string): Configuration | undefined {
    return this.#orReport(this.#configurations.get(id), 'appconfig', id);
  }

  /** Finds an object by `bucket/key`; a missing object is reported, unless the search is quiet. */
  object(id: string, isQuiet = false): Versioned<Content> | undefined {
    const found = this.#objects.get(id);
    return isQuiet ? found : this.#orReport(found, 's3', id);
  }

  hasBucket(name: string): boolean {
    return this.#buckets.has(name);
  }

  /** Reports each missing value once per load, because functions that poll would fill the log. */
  #orReport<Found>(found: Found | undefined, service: string, name: string): Found | undefined {
    const id = `${service} ${name}`;
    if (found !== undefined || this.#reported.has(id) || this.#reported.size >= MAX_REPORTED) return found;
    this.#reported.add(id);
    const shown = name.replace(/[^\x20-\x7e…]/g, '?').slice(0, 300);
    this.#options.report(
      service === 's3'
        ? `s3: ${shown} was read but does not exist; put the object before you read it, or add it to ${this.#options.file}`
        : `${service}: ${shown} was requested but has no value; add a value to ${this.#options.file}`,
    );
    return undefined;
  }

  #mergeSecrets(
    written: ValueDefinitions,
    stacks: readonly ResolvedStack[],
  ): ReadonlyMap<string, SecretDefinition> {
    const secrets = new Map<string, SecretDefinition>();
    for (const { stackName, resources } of stacks)
      for (const { type, logicalId, physicalId, properties } of resources.values()) {
        if (type !== 'AWS::SecretsManager::Secret') continue;
        const name = nameOfSecret(physicalId)?.replace(/-[a-zA-Z0-9]{6}$/, '') ?? physicalId;
        const text = this.#secretText(`${stackName} ${logicalId}`, properties);
        const content =
          text === undefined
            ? undefined
            : { bytes: Buffer.from(text), isText: true, contentType: 'text/plain' };
        const { Description, KmsKeyId, Tags } = properties;
        secrets.set(name, { content, arn: physicalId, shown: { Description, KmsKeyId, Tags } });
      }
    for (const [id, content] of written.secrets) {
      const name = nameOfSecret(id)?.replace(/-[a-zA-Z0-9]{6}$/, '') ?? id;
      const known = secrets.get(name);
      secrets.set(name, { content, arn: id === name ? known?.arn : id, shown: known?.shown ?? {} });
    }
    return secrets;
  }

  #secretText(id: string, properties: ResolvedStack['metadata']): string | undefined {
    const { SecretString: text, GenerateSecretString: spec } = properties;
    if (typeof text === 'string') return text;
    return isGenerated(spec) ? this.#options.generated.textOf(id, spec) : undefined;
  }
}

/** Returns the versions of a secret, the oldest first; an empty list if the secret has no value. */
export function versionsOf({
  name,
  version,
  changedMs,
  content,
  versions,
}: Secret): readonly SecretVersion[] {
  if (versions !== undefined) return versions;
  if (content === undefined) return [];
  // The id distinguishes the versions without revealing the value.
  const hex = createHash('sha256').update(`${version} ${name}`).digest('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)];
  return [{ id: parts.join('-'), content, changedMs, stages: [CURRENT] }];
}

function printSecret({ content }: Pick<SecretDefinition, 'content'>): string {
  return content === undefined ? '' : printOf(content);
}

function fingerprintOf(print: string): string {
  return createHash('sha256').update(print).digest('hex');
}

function printParameter({ type, value }: ParameterDefinition): string {
  return `${type} ${value}`;
}

/** AWS finds `/host` as `host`, and `host` as `/host`, because both have the same ARN [obs: moto, test_ssm.py]. */
function withOtherSlash(name: string): string {
  return name.startsWith('/') ? name.slice(1) : `/${name}`;
}

function printOf({ bytes, contentType }: Content): string {
  return `${contentType} ${bytes.toString('base64')}`;
}

function nameOfSecret(arn: string): string | undefined {
  return /^arn:[\w-]+:secretsmanager:[^:]*:\d*:secret:(.+)$/.exec(arn)?.[1];
}

function* parametersOf(stacks: readonly ResolvedStack[]): Generator<[string, ParameterDefinition]> {
  for (const { resources } of stacks)
    for (const { type, physicalId, properties } of resources.values()) {
      const { Value: value, Type: kind } = properties;
      if (type !== 'AWS::SSM::Parameter' || typeof value !== 'string') continue;
      const typed: ParameterType = kind === 'StringList' ? 'StringList' : 'String';
      yield [physicalId, { type: typed, value }];
    }
}
