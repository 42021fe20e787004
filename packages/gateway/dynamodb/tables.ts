/**
 * The tables of the embedded DynamoDB, with their time to live settings. Tables are cached, and only this file changes
 * them.
 */
import { membersOf } from '@gatewright/aws/json-object';
import { USUAL_HOME } from '@gatewright/aws/usual-home';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { Output } from './actions.ts';
import { wrongInput } from './input-rules.ts';
import type { Done, Store, Table } from './dynalite-store.ts';
import {
  descriptionOfDeleted,
  readTableSettings,
  SETTING_MEMBERS,
  withThroughputs,
} from './table-settings.ts';
import { changesMoreThanThroughput, refuseIndexUpdates } from './index-updates.ts';
import { openStream, readStream, wrongStreamUpdate } from './table-stream.ts';
import { unusedDefinition } from './key-schema.ts';
import { withAllKeys, withFirstKeys } from './several-keys.ts';
import type { StreamLog } from './stream-log.ts';
import type { Clock } from './clock.ts';
import { STACK_STREAM_LABEL } from './stream-record.ts';
import {
  checkInput,
  DYNAMODB,
  DynamoDbError,
  dynamoDbInput,
  notSupported,
  runAction,
  validationError,
} from './actions.ts';

/**
 * Unsupported parameters that would change how a table works. A call with one of them is refused, because dynalite
 * would drop it silently.
 */
const REFUSED_PARAMETERS = [
  { name: 'ResourcePolicy', says: 'resource policies' },
  { name: 'ReplicaUpdates', says: 'replicas' },
];

/** The members of UpdateTable that dynalite handles. */
const UPDATED_BY_DYNALITE = [
  'BillingMode',
  'ProvisionedThroughput',
  'AttributeDefinitions',
  'GlobalSecondaryIndexUpdates',
];

/**
 * The maximum of RecoveryPeriodInDays. The maximum is also the default, and the minimum is 1 (API reference,
 * "PointInTimeRecoverySpecification").
 */
const MOST_RECOVERY_DAYS = 35;
/** The setting of point-in-time recovery, and when it was switched on. */
type Recovery = { readonly days: number; readonly sinceMs: number };

/** The time in milliseconds within which a table must become active after CreateTable. */
const ACTIVE_WITHIN_MS = 5_000;

export class DynamoDbTables {
  /** dynalite's store with a cache for active tables, so that they are not read again for each request. */
  readonly cachedStore: Store;
  readonly #clock: Clock;
  readonly #store: Store;
  readonly #active = new Map<string, Table>();
  readonly #timeToLive = new Map<string, string>();
  readonly #streams: StreamLog;

  constructor(store: Store, streams: StreamLog, clock: Clock) {
    this.#clock = clock;
    this.#store = store;
    this.#streams = streams;
    this.cachedStore = {
      ...store,
      getTable: (name, checkStatus, done) => {
        const report = typeof checkStatus === 'function' ? checkStatus : done;
        const known = checkStatus === false ? undefined : this.#active.get(name);
        if (known !== undefined && report !== undefined) report(null, known);
        else store.getTable(name, checkStatus, done);
      },
    };
  }

  /**
   * Returns a table.
   * @throws DynamoDbError ResourceNotFoundException if the table does not exist
   */
  async get(name: string): Promise<Table> {
    const table = await this.find(name);
    if (table === undefined)
      throw new DynamoDbError(400, `${DYNAMODB}ResourceNotFoundException`, 'Requested resource not found');
    return table;
  }

  async find(name: string): Promise<Table | undefined> {
    const known = this.#active.get(name);
    if (known !== undefined) return known;
    const table = await this.#read(name);
    if (table?.TableStatus === 'ACTIVE') this.#active.set(name, table);
    return table;
  }

  /**
   * Runs CreateTable, UpdateTable or DeleteTable. A created table is active when this method returns.
   * @param isOfStack whether a new stream gets the label for tables of stacks
   */
  async change(
    operation: 'CreateTable' | 'UpdateTable' | 'DeleteTable',
    input: UnknownMembers,
    region: string = USUAL_HOME.region,
    isOfStack = false,
  ): Promise<Output> {
    refuseParameters(input);
    const isOfSettings =
      operation === 'UpdateTable' && SETTING_MEMBERS.some((member) => isGiven(input[member]));
    if (isOfSettings) await this.#refuseSettings(input);
    if (isOfSettings && UPDATED_BY_DYNALITE.every((member) => !isGiven(input[member])))
      return this.#updateSettings(input, isOfStack);
    const taken = operation === 'CreateTable' ? withFirstKeys(input) : input;
    const { Tags: tags, ...read } = checkInput(operation, taken, this.#store);
    const checked = operation === 'CreateTable' ? withAllKeys(read, input) : read;
    const unused = operation === 'CreateTable' ? unusedDefinition(checked) : undefined;
    if (unused !== undefined) throw validationError(unused);
    const name = String(checked['TableName']);
    if (operation === 'UpdateTable' && isGiven(checked['GlobalSecondaryIndexUpdates']))
      refuseIndexUpdates(checked, await this.get(name));
    if (operation === 'DeleteTable') await this.#refuseProtected(name);
    this.#active.delete(name);
    const located = { ...this.#store, tableDb: { ...this.#store.tableDb, awsRegion: region } };
    const settled =
      operation === 'CreateTable' ? this.#withSettings(checked, input, region, isOfStack) : checked;
    if (operation === 'CreateTable' && (await this.#read(name)) !== undefined)
      throw new DynamoDbError(400, `${DYNAMODB}ResourceInUseException`, `Table already exists: ${name}`);
    // dynalite later sets the final status in the object that it returns. The copy keeps the status that AWS's response
    // shows, such as CREATING.
    const output = structuredClone(await runAction(operation, located, settled));
    if (isOfSettings) {
      // The table must be active first, because dynalite writes the whole table again when it has finished its own
      // change.
      await this.#untilActive(name);
      return this.#updateSettings(input, isOfStack);
    }
    if (Array.isArray(tags) && tags.length > 0)
      await runAction('TagResource', this.#store, { ResourceArn: this.#arnOf(name, region), Tags: tags });
    // The table is removed from the cache, because a reader may have cached the old table during the change.
    this.#active.delete(name);
    if (operation === 'CreateTable') {
      await this.#untilActive(name);
      openStream(await this.get(name), this.#streams);
    }
    if (operation === 'DeleteTable') {
      this.#streams.close(name);
      this.#timeToLive.delete(name);
      await this.#store.db.del(timeToLiveKey(name));
      await this.#store.db.del(recoveryKey(name));
      return { TableDescription: descriptionOfDeleted(membersOf(output['TableDescription'])) };
    }
    return output;
  }

  /** Adds the settings to a new table's input. dynalite stores and describes all members of this input. */
  #withSettings(
    checked: UnknownMembers,
    input: UnknownMembers,
    region: string,
    isOfStack: boolean,
  ): UnknownMembers {
    const { GlobalSecondaryIndexes: given } = input;
    const indexes = withThroughputs(checked['GlobalSecondaryIndexes'], given);
    const all = indexes === undefined ? checked : { ...checked, GlobalSecondaryIndexes: indexes };
    const others = Object.entries(all).filter(([member]) => !SETTING_MEMBERS.includes(member));
    const arn = this.#arnOf(String(checked['TableName']), region);
    const settings = readTableSettings(checked, arn, Date.now());
    const stream = readStream(checked, arn, this.#labelOf(arn, isOfStack));
    return { ...Object.fromEntries(others), DeletionProtectionEnabled: false, ...settings, ...stream };
  }

  #labelOf(tableArn: string, isOfStack: boolean): string {
    return isOfStack ? STACK_STREAM_LABEL : this.#streams.newLabel(tableArn);
  }

  #arnOf(name: string, region: string): string {
    return `arn:aws:dynamodb:${region}:${this.#store.tableDb.awsAccountId}:table/${name}`;
  }

  async #refuseSettings(input: UnknownMembers): Promise<void> {
    const wrong =
      wrongInput('UpdateTable', input) ?? wrongStreamUpdate(input, await this.get(readTableName(input)));
    if (wrong !== undefined) throw validationError(wrong);
  }

  async #updateSettings(input: UnknownMembers, isOfStack: boolean): Promise<Output> {
    const table = await this.get(readTableName(input));
    const { TableName: name, TableArn: arn = '' } = table;
    const { SSESpecification: encryption, StreamSpecification: specification } = input;
    const dropped = [
      ...(membersOf(encryption)['Enabled'] === false ? ['SSEDescription'] : []),
      ...(membersOf(specification)['StreamEnabled'] === false ? ['StreamSpecification'] : []),
    ];
    const kept = Object.entries(table).filter(([member]) => !dropped.includes(member));
    const settings = readTableSettings(input, arn, Date.now());
    const stream = readStream(input, arn, this.#labelOf(arn, isOfStack));
    const changed: Table = { ...table, ...settings, ...stream };
    const described = { ...Object.fromEntries(kept), ...settings, ...stream };
    this.#active.delete(name);
    await new Promise<void>((resolve, reject) => {
      this.#store.tableDb.put(name, described, (error) => (error ? reject(error) : resolve()));
    });
    if (dropped.includes('StreamSpecification')) this.#streams.close(name);
    else if (stream.StreamSpecification !== undefined) openStream(changed, this.#streams);
    // AWS CLI reference, examples of update-table: UPDATING for a stream, ACTIVE for encryption.
    const isChanging = isGiven(specification) || UPDATED_BY_DYNALITE.some((member) => isGiven(input[member]));
    return { TableDescription: isChanging ? { ...described, TableStatus: 'UPDATING' } : described };
  }

  /**
   * Throws an error if deletion protection is switched on for the table. Source: API reference, "DeleteTable", and
   * developer guide, "Using deletion protection".
   */
  async #refuseProtected(name: string): Promise<void> {
    const table = await this.#read(name);
    if (table?.DeletionProtectionEnabled === true)
      throw validationError(
        'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
      );
  }

  timeToLiveAttribute(table: string): string | undefined {
    return this.#timeToLive.get(table);
  }

  /**
   * Reads the stored settings and opens the tables' streams.
   * @returns the names of the tables that have a time to live
   */
  async load(): Promise<readonly string[]> {
    for (const table of await this.#names()) {
      const description = await this.#read(table);
      if (description !== undefined) openStream(description, this.#streams);
      const attribute = await this.#store.db.get(timeToLiveKey(table));
      if (typeof attribute === 'string') this.#timeToLive.set(table, attribute);
    }
    return [...this.#timeToLive.keys()];
  }

  /**
   * Changes the setting for point-in-time recovery. The setting is only stored and described, because the embedded
   * DynamoDB makes no backups.
   */
  async updateContinuousBackups(input: UnknownMembers): Promise<Output> {
    const specification = membersOf(input['PointInTimeRecoverySpecification']);
    const reader = dynamoDbInput(specification, 'pointInTimeRecoverySpecification.');
    const isOn = reader.read('PointInTimeRecoveryEnabled', 'flag', { isRequired: true }) ?? false;
    const period = reader.optionalInteger('RecoveryPeriodInDays', { least: 1, most: MOST_RECOVERY_DAYS });
    reader.check();
    const name = readTableName(input);
    await this.#describedBackups(name);
    const { sinceMs = this.#clock.nowEpochMs() } = (await this.#readRecovery(name)) ?? {};
    if (isOn) await this.#store.db.put(recoveryKey(name), { days: period ?? MOST_RECOVERY_DAYS, sinceMs });
    else await this.#store.db.del(recoveryKey(name));
    return this.#describedBackups(name);
  }

  async describeContinuousBackups(input: UnknownMembers): Promise<Output> {
    return this.#describedBackups(readTableName(input));
  }

  async #readRecovery(name: string): Promise<Recovery | undefined> {
    const stored = await this.#store.db.get(recoveryKey(name));
    if (stored === undefined) return undefined;
    const { days, sinceMs } = membersOf(stored);
    if (typeof days === 'number' && typeof sinceMs === 'number') return { days, sinceMs };
    // Data that an older version wrote has only the number of days.
    const { CreationDateTime: createdAt = 0 } = (await this.#read(name)) ?? {};
    return { days: typeof stored === 'number' ? stored : MOST_RECOVERY_DAYS, sinceMs: createdAt * 1000 };
  }

  async #describedBackups(name: string): Promise<Output> {
    if ((await this.#read(name)) === undefined)
      throw new DynamoDbError(400, `${DYNAMODB}TableNotFoundException`, `Table not found: ${name}`);
    const recovery = await this.#readRecovery(name);
    return {
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: 'ENABLED',
        PointInTimeRecoveryDescription:
          recovery === undefined
            ? { PointInTimeRecoveryStatus: 'DISABLED' }
            : describeRecovery(recovery, this.#clock.nowEpochMs()),
      },
    };
  }

  async describeTimeToLive(input: UnknownMembers): Promise<Output> {
    const { TableName: name } = await this.get(readTableName(input));
    const attribute = this.#timeToLive.get(name);
    const description =
      attribute === undefined
        ? { TimeToLiveStatus: 'DISABLED' }
        : { TimeToLiveStatus: 'ENABLED', AttributeName: attribute };
    return { TimeToLiveDescription: description };
  }

  /**
   * Changes a table's time to live.
   * @returns the output, and the table whose items now expire, or undefined if time to live was switched off
   */
  async updateTimeToLive(
    input: UnknownMembers,
  ): Promise<{ readonly output: Output; readonly enabledTable: string | undefined }> {
    const { TableName: name } = await this.get(readTableName(input));
    const { enabled, attribute } = readTimeToLive(input['TimeToLiveSpecification']);
    const current = this.#timeToLive.get(name);
    if (enabled && current === attribute) throw validationError('TimeToLive is already enabled');
    if (enabled && current !== undefined) {
      throw validationError(
        `TimeToLive is active on a different AttributeName: current AttributeName is ${current}`,
      );
    }
    if (!enabled && current === undefined) throw validationError('TimeToLive is already disabled');
    if (enabled) {
      await this.#store.db.put(timeToLiveKey(name), attribute);
      this.#timeToLive.set(name, attribute);
    } else {
      await this.#store.db.del(timeToLiveKey(name));
      this.#timeToLive.delete(name);
    }
    return {
      output: { TimeToLiveSpecification: { Enabled: enabled, AttributeName: attribute } },
      enabledTable: enabled ? name : undefined,
    };
  }

  async #names(): Promise<readonly string[]> {
    const names: string[] = [];
    let start: unknown;
    do {
      const input = start === undefined ? {} : { ExclusiveStartTableName: start };
      const page = await runAction('ListTables', this.#store, input);
      if (Array.isArray(page['TableNames'])) names.push(...page['TableNames'].map(String));
      start = page['LastEvaluatedTableName'];
    } while (start !== undefined);
    return names;
  }

  /**
   * Waits until the table is active. dynalite activates a table in a timer, so a caller that writes at once would
   * otherwise find no table.
   */
  async #untilActive(name: string): Promise<void> {
    const deadlineMs = performance.now() + ACTIVE_WITHIN_MS;
    while ((await this.#read(name))?.TableStatus !== 'ACTIVE') {
      if (performance.now() > deadlineMs)
        throw new Error(`table ${name} was not ACTIVE after ${ACTIVE_WITHIN_MS / 1000} s`);
    }
  }

  #read(name: string): Promise<Table | undefined> {
    return new Promise((resolve, reject) => {
      const done: Done<Table> = (error, table) => {
        if (error && error.name !== 'NotFoundError') reject(error);
        else resolve(error ? undefined : table);
      };
      this.#store.getTable(name, false, done);
    });
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function timeToLiveKey(table: string): string {
  return `ttl~${table}`;
}

/** "LatestRestorableDateTime is typically 5 minutes before the current time" (API reference). */
const BACKUP_LAG_MS = 5 * 60_000;
const DAY_MS = 86_400_000;

function describeRecovery({ days, sinceMs }: Recovery, nowMs: number): UnknownMembers {
  const earliest = Math.max(sinceMs, nowMs - days * DAY_MS);
  return {
    PointInTimeRecoveryStatus: 'ENABLED',
    RecoveryPeriodInDays: days,
    EarliestRestorableDateTime: earliest / 1000,
    LatestRestorableDateTime: Math.max(earliest, nowMs - BACKUP_LAG_MS) / 1000,
  };
}

/** Returns the key of the record that contains a table's point-in-time recovery setting. */
function recoveryKey(table: string): string {
  return `pitr~${table}`;
}

function readTableName(input: UnknownMembers): string {
  const name = input['TableName'];
  if (typeof name === 'string') return name;
  throw validationError("The parameter 'TableName' is required but was not present in the request");
}

function readTimeToLive(specification: unknown): { readonly enabled: boolean; readonly attribute: string } {
  const fields = new Map<string, unknown>(
    typeof specification === 'object' && specification !== null ? Object.entries(specification) : [],
  );
  const enabled = fields.get('Enabled');
  const attribute = fields.get('AttributeName');
  if (typeof enabled !== 'boolean' || typeof attribute !== 'string' || !/^[^]{1,255}$/.test(attribute)) {
    throw validationError(
      'TimeToLiveSpecification needs Enabled and an AttributeName of 1 to 255 characters',
    );
  }
  return { enabled, attribute };
}

function refuseParameters(input: UnknownMembers): void {
  if (changesMoreThanThroughput(input))
    throw notSupported(
      'adding or removing indexes of an existing table, or changing any setting of an index except its ProvisionedThroughput (GlobalSecondaryIndexUpdates)',
    );
  for (const { name, says } of REFUSED_PARAMETERS) {
    const value = input[name];
    const isOff =
      value === undefined ||
      value === null ||
      value === false ||
      (typeof value === 'object' && 'StreamEnabled' in value && value.StreamEnabled === false);
    if (!isOff) throw notSupported(`${says} (${name})`);
  }
}
