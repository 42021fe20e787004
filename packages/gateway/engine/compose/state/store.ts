import { join } from 'node:path';
import type { AwsCredentials } from '@gatewright/aws/sign-request';
import { EmbeddedDynamoDbError, openLateDynamoDb, startEmbeddedDynamoDb } from '@gatewright/dynamodb';
import type {
  CallFault,
  CallQuestion,
  CallVerdict,
  RefusedCall,
  DynamoDbSigner,
  EmbeddedDynamoDb,
  TableChange,
  TableStream,
  TableUnits,
} from '@gatewright/dynamodb';
import { ownFault, StartError } from '../../../core/errors.ts';
import { MAX_SESSIONS } from '../../../core/policy/temporary-sessions.ts';
import type { Identities, LocalIdentity } from '../../../core/policy/identities.ts';
import type { ShiftableClock } from '../../../core/ports.ts';
import { makeKeyPair } from '../../../kernel/files/identity-file.ts';
import { NO_STORED_ENTRIES, openStoredEntries } from '../../../kernel/stored-entries.ts';
import type { StoredEntries } from '../../../kernel/stored-entries.ts';
import type { DynamoDbChoice } from '../../../kernel/files/model.ts';
import type { TableDefinition } from '../../../services/tables/table-definition.ts';
import type { GatewayOptions } from '../../gateway.ts';
import type { Closing } from '../closing.ts';
import { findDenial } from '../../../kernel/calls/aws-call.ts';
import { contextFor, toPermissions } from '../../../kernel/calls/service-rights.ts';

export interface Store {
  /** The store's URL; undefined if there is none. */
  readonly url: string | undefined;
  /** The key pair that signs the gateway's own calls; undefined if there is none. */
  readonly keyPair: AwsCredentials | undefined;
  /** Announces that `createTables` will be called, so that the store can start in the meantime. */
  expectTables(): void;
  /**
   * Creates the tables of a stack.
   * @param region the region of the stack that owns the tables; at a user's endpoint, all tables are in one region
   * @throws DefinitionError if a table exists with other keys
   */
  createTables(tables: readonly TableDefinition[], region: string): Promise<void>;
  /**
   * Accepts calls that are signed with these keys, in addition to the known keys. Has no effect at a user's endpoint.
   */
  admit(signers: readonly DynamoDbSigner[]): Promise<void>;
  /** Accepts a temporary key pair. It is still accepted after stacks are loaded again. */
  admitSession(signer: DynamoDbSigner): Promise<void>;
  /**
   * Publishes the changes of these tables from now on. Has no effect at a user's endpoint.
   * @param forgets whether streams drop the records that they contain
   */
  follow(tables: readonly string[], forgets: boolean): void;
  /** Returns the changes that a stream still contains; none at a user's endpoint. */
  replay(streamArn: string): Promise<readonly TableChange[]>;
  /** The capacity units consumed since startup, by table; undefined at a user's endpoint. */
  readonly consumed: readonly TableUnits[] | undefined;
  /** Resolves when every change that was confirmed before this call has been published. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the store. Its closing function is registered before anything else can fail, because an open store keeps its
 * folder locked.
 */
export async function openStoreOf(
  options: GatewayOptions,
  clock: ShiftableClock,
  identities: Identities,
  closing: Closing,
  {
    onChanges,
    onStreams,
    onRefused,
    faultOf,
  }: Pick<StoreContext, 'onChanges' | 'onStreams' | 'onRefused'> & { readonly faultOf: FaultOf },
): Promise<Store> {
  const { region, accountId, dynamodb, log, adminKey } = options;
  const store = await openStore(dynamodb, {
    region,
    accountId,
    clockOffset: clock.offset,
    // These are the keys of identities. Each load of stacks adds the keys of functions.
    signers: identities.all.map((identity) => toSigner(identity, adminKey)),
    judge: (question) => faultOf(question) ?? authorizeDynamoDbCall(question, identities, accountId),
    onFault: (message) => log.write(message),
    onChanges,
    onStreams,
    onRefused,
  });
  closing.add(() => store.close());
  return store;
}

/** Converts an identity to a signer. Only the admin's calls are not checked, because the admin may do everything. */
function toSigner(
  { accessKeyId, secretAccessKey, session }: LocalIdentity,
  admin: Pick<AwsCredentials, 'accessKeyId'>,
): DynamoDbSigner {
  const isJudged = accessKeyId !== admin.accessKeyId;
  return { accessKeyId, secretAccessKey, isJudged, ...(session !== undefined && { session }) };
}

/** Returns the injected fault for a call; undefined if there is none. */
type FaultOf = (question: CallQuestion) => CallFault | undefined;

type StoreContext = {
  /** The signers of the user's own tools, which call the embedded store. */
  readonly signers: readonly DynamoDbSigner[];
  /**
   * Returns the reason for refusing a signer's call, in AWS's wording, or the fault that is injected into the call.
   * Returns undefined if the call may run.
   */
  readonly judge: (question: CallQuestion) => CallVerdict;
  readonly region: string;
  readonly accountId: string;
  readonly clockOffset: SharedArrayBuffer;
  readonly onFault: (message: string) => void;
  readonly onChanges: (changes: readonly TableChange[]) => void;
  readonly onStreams: (streams: readonly TableStream[]) => void;
  readonly onRefused: (call: RefusedCall) => void;
};

/**
 * Opens the store.
 * @throws StartError if the store does not start
 */
async function openStore(choice: DynamoDbChoice, context: StoreContext): Promise<Store> {
  if (choice.kind === 'embedded') return openEmbedded(choice.dataDirectory, context);
  if (choice.kind === 'none')
    return { url: undefined, keyPair: undefined, createTables: refuseTables, ...NOTHING_TO_DO };
  const target = { ...choice, region: context.region };
  return {
    url: choice.url,
    keyPair: choice,
    // The tables are only created. At a user's endpoint, their changes do not trigger anything in this gateway.
    createTables: async (tables) =>
      (await tablesAt()).createTablesAt(
        target,
        tables.map((table) => ({ ...table, streamViewType: undefined })),
      ),
    ...NOTHING_TO_DO,
  };
}

type Idle = 'admit' | 'admitSession' | 'close' | 'consumed' | 'expectTables' | 'follow' | 'ready' | 'replay';

const NOTHING_TO_DO: Pick<Store, Idle> = {
  consumed: undefined,
  expectTables: () => undefined,
  admit: () => Promise.resolve(),
  admitSession: () => Promise.resolve(),
  follow: () => undefined,
  ready: () => Promise.resolve(),
  replay: () => Promise.resolve([]),
  close: () => Promise.resolve(),
};

type Opened = { readonly dynamoDb: EmbeddedDynamoDb; readonly start: () => Promise<void> };

/**
 * Opens the embedded DynamoDB. If there is a data folder, the database is opened at startup, so that the folder is
 * checked. Otherwise, it is opened on demand, because it may never be needed.
 */
async function openDynamoDb(
  dataDirectory: string | undefined,
  options: Omit<StoreContext, 'region'>,
): Promise<Opened> {
  if (dataDirectory === undefined) {
    const dynamoDb = await openLateDynamoDb(options);
    return { dynamoDb, start: () => dynamoDb.start() };
  }
  const dynamoDb = await startEmbeddedDynamoDb({ ...options, port: 0, dataDirectory });
  return { dynamoDb, start: () => Promise.resolve() };
}

async function openEmbedded(dataDirectory: string | undefined, context: StoreContext): Promise<Store> {
  try {
    // The key pair for the gateway's own calls. It never leaves the process.
    const keyPair = makeKeyPair();
    const signers = [keyPair, ...context.signers];
    const { dynamoDb, start } = await openDynamoDb(dataDirectory, { ...context, signers });
    const { url } = dynamoDb;
    let admitted: readonly DynamoDbSigner[] = signers;
    const sessions: DynamoDbSigner[] = [];
    const admitAll = (): Promise<void> => dynamoDb.admit([...admitted, ...sessions]);
    return {
      url,
      keyPair,
      // A failure is ignored here, because callers see it when they create the tables.
      expectTables: () => void start().catch(() => undefined),
      createTables: async (tables, region) => {
        if (tables.length === 0) return;
        await start().catch(throwStartError);
        await (await tablesAt()).createTablesAt({ url, region, ...keyPair }, tables);
      },
      admit: (more) => {
        admitted = [...signers, ...more];
        return admitAll();
      },
      admitSession: (signer) => {
        sessions.push(signer);
        if (sessions.length > MAX_SESSIONS) sessions.shift();
        return admitAll();
      },
      // Sending the same signers again changes nothing, but the thread responds to it. The thread handles its messages
      // in order, so its response comes after all earlier changes.
      ready: admitAll,
      follow: (tables, forgets) => dynamoDb.follow(tables, forgets),
      replay: (streamArn) => dynamoDb.replay(streamArn),
      get consumed() {
        return dynamoDb.consumed;
      },
      close: () => dynamoDb.close(),
    };
  } catch (error) {
    return throwStartError(error);
  }
}

/** Loads the code that creates tables. Gateways without tables do not need it. */
function tablesAt() {
  return import('../../../services/tables/create-tables.ts');
}

function throwStartError(error: unknown): never {
  throw error instanceof EmbeddedDynamoDbError ? new StartError(error.code, error.message) : error;
}

function refuseTables(tables: readonly TableDefinition[]): Promise<void> {
  const [table] = tables;
  if (table === undefined) return Promise.resolve();
  return Promise.reject(
    ownFault(table.place, 'the stack has tables, but this gateway runs without DynamoDB'),
  );
}

/**
 * Opens the stored events. They are opened after the store, because the store locks the folder. They are closed after
 * the functions, so that the last events that functions finish are still removed.
 * @throws StartError DATA_DIRECTORY if the stored events cannot be opened
 */
export function openEventStore({ dynamodb }: GatewayOptions, closing: Closing): StoredEntries {
  if (dynamodb.kind !== 'embedded' || dynamodb.dataDirectory === undefined) return NO_STORED_ENTRIES;
  const kept = openStoredEntries(join(dynamodb.dataDirectory, 'events.jsonl'));
  closing.add(() => kept.close());
  return kept;
}

// Authorizes calls to the embedded store. The roles of functions and the policies of identities decide, as on the
// control port.

/**
 * Checks a call to the embedded store.
 * @returns the reason for refusing the call, in AWS's wording; undefined if the call is allowed
 */
function authorizeDynamoDbCall(
  { accessKeyId, region, rights }: CallQuestion,
  identities: { find(accessKeyId: string): LocalIdentity | undefined },
  accountId: string,
): string | undefined {
  const caller = identities.find(accessKeyId);
  // A function's last calls may arrive after a reload has removed the function. Its key is then unknown.
  if (caller === undefined) return 'The security token included in the request is invalid.';
  return findDenial(caller, toPermissions(rights, contextFor(caller, { region, accountId })));
}
