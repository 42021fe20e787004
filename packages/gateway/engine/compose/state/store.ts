import { join } from 'node:path';
import type { AwsCredentials } from '@gatewright/aws/sign-request';
import { EmbeddedDynamoDbError, openLateDynamoDb, startEmbeddedDynamoDb } from '@gatewright/dynamodb';
import type {
  CallFault,
  CallQuestion,
  CallVerdict,
  DynamoDbSigner,
  EmbeddedDynamoDb,
  TableChange,
  TableStream,
  TableUnits,
} from '@gatewright/dynamodb';
import { DefinitionError, StartError } from '../../../core/errors.ts';
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
import { toPermissions } from '../../../kernel/calls/service-rights.ts';

export interface Store {
  /** The store's URL; undefined if there is none. */
  readonly url: string | undefined;
  /** The key pair that signs the gateway's own calls; undefined if there is none. */
  readonly keyPair: AwsCredentials | undefined;
  /** Announces that tables follow, so that the store may start now. */
  expectTables(): void;
  /**
   * @param region the region of the tables' stack; at a user's endpoint, all tables are in one region
   * @throws DefinitionError if a table exists with other keys
   */
  createTables(tables: readonly TableDefinition[], region: string): Promise<void>;
  /** Also accepts calls signed with these keys. Has no effect at a user's endpoint. */
  admit(signers: readonly DynamoDbSigner[]): Promise<void>;
  /** Accepts a temporary key, which stays accepted after later loads. */
  admitSession(signer: DynamoDbSigner): Promise<void>;
  /**
   * Publishes the changes of these tables from now on. Has no effect at a user's endpoint.
   * @param forgets whether streams drop the records that they have
   */
  follow(tables: readonly string[], forgets: boolean): void;
  /** Returns the changes that a stream still has; none at a user's endpoint. */
  replay(streamArn: string): Promise<readonly TableChange[]>;
  /** Capacity units by table since startup; undefined at a user's endpoint. */
  readonly consumed: readonly TableUnits[] | undefined;
  /** Resolves when every change that was confirmed before this call has been published. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** Registers the closing function before anything else can fail, because an open store keeps its folder locked. */
export async function openStoreOf(
  options: GatewayOptions,
  clock: ShiftableClock,
  identities: Identities,
  closing: Closing,
  {
    onChanges,
    onStreams,
    faultOf,
  }: Pick<StoreContext, 'onChanges' | 'onStreams'> & { readonly faultOf: FaultOf },
): Promise<Store> {
  const { region, accountId, dynamodb, log, adminKey } = options;
  const store = await openStore(dynamodb, {
    region,
    accountId,
    clockOffset: clock.offset,
    // The keys of functions are added with each load.
    signers: identities.all.map((identity) => toSigner(identity, adminKey)),
    judge: (question) => faultOf(question) ?? authorizeDynamoDbCall(question, identities, accountId),
    onFault: (message) => log.write(message),
    onChanges,
    onStreams,
  });
  closing.add(() => store.close());
  return store;
}

/** The admin may do everything, so the admin's calls are not checked. */
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
  /** Returns why a signer's call is refused, in AWS's wording, or the fault that applies to the call. */
  readonly judge: (question: CallQuestion) => CallVerdict;
  readonly region: string;
  readonly accountId: string;
  readonly clockOffset: SharedArrayBuffer;
  readonly onFault: (message: string) => void;
  readonly onChanges: (changes: readonly TableChange[]) => void;
  readonly onStreams: (streams: readonly TableStream[]) => void;
};

/** @throws StartError if the store does not start */
async function openStore(choice: DynamoDbChoice, context: StoreContext): Promise<Store> {
  if (choice.kind === 'embedded') return openEmbedded(choice.dataDirectory, context);
  if (choice.kind === 'none')
    return { url: undefined, keyPair: undefined, createTables: refuseTables, ...NOTHING_TO_DO };
  const target = { ...choice, region: context.region };
  return {
    url: choice.url,
    keyPair: choice,
    // Changes of tables at a user's endpoint trigger nothing in this gateway.
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
 * An existing data folder is checked at startup. Without one, the store may never be needed, so it is opened on demand.
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
    // This identity is for the gateway's own calls; it never leaves the process.
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
      // Callers see the failure when they create the tables.
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
      // The thread responds in the order of its changes, so every response comes after the changes before it.
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

/** The code that creates tables is loaded only by a gateway with tables. */
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
    new DefinitionError(table.place, 'the stack has tables, but this gateway runs without DynamoDB'),
  );
}

/**
 * Opens the stored entries. They are opened after the store, which locks the folder, and closed after the functions,
 * because the last events of the functions are removed from them. @throws StartError DATA_DIRECTORY
 */
export function openEventStore({ dynamodb }: GatewayOptions, closing: Closing): StoredEntries {
  if (dynamodb.kind !== 'embedded' || dynamodb.dataDirectory === undefined) return NO_STORED_ENTRIES;
  const kept = openStoredEntries(join(dynamodb.dataDirectory, 'events.jsonl'));
  closing.add(() => kept.close());
  return kept;
}

// Authorizes calls to the embedded store. The roles of functions and the policies of identities decide, as on the
// control port.

/** @returns why the call is refused, in AWS's wording */
function authorizeDynamoDbCall(
  { accessKeyId, region, rights }: CallQuestion,
  identities: { find(accessKeyId: string): LocalIdentity | undefined },
  accountId: string,
): string | undefined {
  const caller = identities.find(accessKeyId);
  // The last calls of a function may still arrive after a reload has removed the function.
  if (caller === undefined) return 'The security token included in the request is invalid.';
  return findDenial(caller, toPermissions(rights, { region, accountId }));
}
