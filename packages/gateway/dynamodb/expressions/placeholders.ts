/**
 * Replaces placeholders with the names and values that they represent, and collects the problems of the expressions
 * that use them.
 */
import { ATTRIBUTE_TYPES } from '../attribute-types.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { PathPiece, PathSyntax } from './path-syntax.ts';

/** A document path as dynalite reads it. */
export type Path = readonly PathPiece[];

type Names = Readonly<Record<string, string>>;
type Values = Readonly<Record<string, UnknownMembers>>;

/**
 * The placeholders of one request. All expressions of the request share them. It is an error if a placeholder is not
 * used.
 */
export class Placeholders {
  readonly #names: Names;
  readonly #values: Values;
  readonly unusedNames: Set<string>;
  readonly unusedValues: Set<string>;

  constructor(names: Names = {}, values: Values = {}) {
    this.#names = names;
    this.#values = values;
    this.unusedNames = new Set(Object.keys(names));
    this.unusedValues = new Set(Object.keys(values));
  }

  /** Replaces the placeholders of a path. Returns undefined if a placeholder of the path is not defined. */
  path({ pieces }: PathSyntax, findings: Findings): Path | undefined {
    const resolved = pieces.map((piece) => (typeof piece === 'number' ? piece : this.#name(piece, findings)));
    return resolved.every((piece) => piece !== undefined) ? resolved : undefined;
  }

  #name(text: string, findings: Findings): string | undefined {
    if (!text.startsWith('#')) {
      if (isReserved(text))
        findings.note('reserved', `Attribute name is a reserved keyword; reserved keyword: ${text}`);
      return text;
    }
    const name = Object.hasOwn(this.#names, text) ? this.#names[text] : undefined;
    this.unusedNames.delete(text);
    if (name === undefined)
      findings.note(
        'undefined',
        `An expression attribute name used in the document path is not defined; attribute name: ${text}`,
      );
    return name;
  }

  value(name: string, findings: Findings): UnknownMembers | undefined {
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
    this.unusedValues.delete(name);
    if (value === undefined)
      findings.note(
        'undefined',
        `An expression attribute value used in expression is not defined; attribute value: ${name}`,
      );
    return value;
  }
}

/**
 * Stores the first problem of each kind. DynamoDB reports only one problem of an expression. The caller selects this
 * problem in the order of DynamoDB's checks.
 */
export class Findings {
  readonly #first = new Map<string, string>();

  note(sort: string, message: string): void {
    if (!this.#first.has(sort)) this.#first.set(sort, message);
  }

  first(order: readonly string[]): string | undefined {
    const sort = order.find((one) => this.#first.has(one));
    return sort === undefined ? undefined : this.#first.get(sort);
  }
}

export function typeOf(value: UnknownMembers): string | undefined {
  return ATTRIBUTE_TYPES.find((type) => value[type] !== undefined && value[type] !== null);
}

export function printResolvedPath(path: Path): string {
  return `[${path.map((piece) => (typeof piece === 'number' ? `[${piece}]` : piece)).join(', ')}]`;
}

/**
 * Returns the first names of paths with several levels. They are needed to refuse key attributes in such paths, because
 * a key attribute has no nested attributes.
 */
export function nestedTops(paths: readonly Path[]): Readonly<Record<string, true>> {
  return Object.fromEntries(paths.filter(({ length }) => length > 1).map(([top]) => [String(top), true]));
}

/**
 * Records paths in one expression that are equal, that contain one another, or that disagree about the type of an
 * attribute.
 */
export function noteOverlaps(paths: readonly Path[], findings: Findings): void {
  const known: Path[] = [];
  for (const path of paths) {
    for (const other of known) {
      const wrong = overlapOf(other, path);
      if (wrong === undefined) continue;
      findings.note(
        wrong,
        `Two document paths ${wrong} with each other; must remove or rewrite one of these paths; ` +
          `path one: ${printResolvedPath(other)}, path two: ${printResolvedPath(path)}`,
      );
    }
    known.push(path);
  }
}

function overlapOf(one: Path, two: Path): 'overlap' | 'conflict' | undefined {
  for (const [at, piece] of one.entries()) {
    const other = two[at];
    if (other === undefined) return 'overlap';
    if (typeof piece !== typeof other) return 'conflict';
    if (piece !== other) return undefined;
  }
  return 'overlap';
}

/** DynamoDB's reserved words (developer guide, "Reserved words in DynamoDB"). */
const WORDS = new Set(
  (
    'ABORT ABSOLUTE ACTION ADD AFTER AGENT AGGREGATE ALL ALLOCATE ALTER ANALYZE AND ANY ARCHIVE ARE ARRAY AS ' +
    'ASC ASCII ASENSITIVE ASSERTION ASYMMETRIC AT ATOMIC ATTACH ATTRIBUTE AUTH AUTHORIZATION AUTHORIZE AUTO ' +
    'AVG BACK BACKUP BASE BATCH BEFORE BEGIN BETWEEN BIGINT BINARY BIT BLOB BLOCK BOOLEAN BOTH BREADTH BUCKET ' +
    'BULK BY BYTE CALL CALLED CALLING CAPACITY CASCADE CASCADED CASE CAST CATALOG CHAR CHARACTER CHECK CLASS ' +
    'CLOB CLOSE CLUSTER CLUSTERED CLUSTERING CLUSTERS COALESCE COLLATE COLLATION COLLECTION COLUMN COLUMNS ' +
    'COMBINE COMMENT COMMIT COMPACT COMPILE COMPRESS CONDITION CONFLICT CONNECT CONNECTION CONSISTENCY ' +
    'CONSISTENT CONSTRAINT CONSTRAINTS CONSTRUCTOR CONSUMED CONTINUE CONVERT COPY CORRESPONDING COUNT COUNTER ' +
    'CREATE CROSS CUBE CURRENT CURSOR CYCLE DATA DATABASE DATE DATETIME DAY DEALLOCATE DEC DECIMAL DECLARE ' +
    'DEFAULT DEFERRABLE DEFERRED DEFINE DEFINED DEFINITION DELETE DELIMITED DEPTH DEREF DESC DESCRIBE ' +
    'DESCRIPTOR DETACH DETERMINISTIC DIAGNOSTICS DIRECTORIES DISABLE DISCONNECT DISTINCT DISTRIBUTE DO DOMAIN ' +
    'DOUBLE DROP DUMP DURATION DYNAMIC EACH ELEMENT ELSE ELSEIF EMPTY ENABLE END EQUAL EQUALS ERROR ESCAPE ' +
    'ESCAPED EVAL EVALUATE EXCEEDED EXCEPT EXCEPTION EXCEPTIONS EXCLUSIVE EXEC EXECUTE EXISTS EXIT EXPLAIN ' +
    'EXPLODE EXPORT EXPRESSION EXTENDED EXTERNAL EXTRACT FAIL FALSE FAMILY FETCH FIELDS FILE FILTER FILTERING ' +
    'FINAL FINISH FIRST FIXED FLATTERN FLOAT FOR FORCE FOREIGN FORMAT FORWARD FOUND FREE FROM FULL FUNCTION ' +
    'FUNCTIONS GENERAL GENERATE GET GLOB GLOBAL GO GOTO GRANT GREATER GROUP GROUPING HANDLER HASH HAVE HAVING ' +
    'HEAP HIDDEN HOLD HOUR IDENTIFIED IDENTITY IF IGNORE IMMEDIATE IMPORT IN INCLUDING INCLUSIVE INCREMENT ' +
    'INCREMENTAL INDEX INDEXED INDEXES INDICATOR INFINITE INITIALLY INLINE INNER INNTER INOUT INPUT ' +
    'INSENSITIVE INSERT INSTEAD INT INTEGER INTERSECT INTERVAL INTO INVALIDATE IS ISOLATION ITEM ITEMS ' +
    'ITERATE JOIN KEY KEYS LAG LANGUAGE LARGE LAST LATERAL LEAD LEADING LEAVE LEFT LENGTH LESS LEVEL LIKE ' +
    'LIMIT LIMITED LINES LIST LOAD LOCAL LOCALTIME LOCALTIMESTAMP LOCATION LOCATOR LOCK LOCKS LOG LOGED LONG ' +
    'LOOP LOWER MAP MATCH MATERIALIZED MAX MAXLEN MEMBER MERGE METHOD METRICS MIN MINUS MINUTE MISSING MOD ' +
    'MODE MODIFIES MODIFY MODULE MONTH MULTI MULTISET NAME NAMES NATIONAL NATURAL NCHAR NCLOB NEW NEXT NO ' +
    'NONE NOT NULL NULLIF NUMBER NUMERIC OBJECT OF OFFLINE OFFSET OLD ON ONLINE ONLY OPAQUE OPEN OPERATOR ' +
    'OPTION OR ORDER ORDINALITY OTHER OTHERS OUT OUTER OUTPUT OVER OVERLAPS OVERRIDE OWNER PAD PARALLEL ' +
    'PARAMETER PARAMETERS PARTIAL PARTITION PARTITIONED PARTITIONS PATH PERCENT PERCENTILE PERMISSION ' +
    'PERMISSIONS PIPE PIPELINED PLAN POOL POSITION PRECISION PREPARE PRESERVE PRIMARY PRIOR PRIVATE ' +
    'PRIVILEGES PROCEDURE PROCESSED PROJECT PROJECTION PROPERTY PROVISIONING PUBLIC PUT QUERY QUIT QUORUM ' +
    'RAISE RANDOM RANGE RANK RAW READ READS REAL REBUILD RECORD RECURSIVE REDUCE REF REFERENCE REFERENCES ' +
    'REFERENCING REGEXP REGION REINDEX RELATIVE RELEASE REMAINDER RENAME REPEAT REPLACE REQUEST RESET ' +
    'RESIGNAL RESOURCE RESPONSE RESTORE RESTRICT RESULT RETURN RETURNING RETURNS REVERSE REVOKE RIGHT ROLE ' +
    'ROLES ROLLBACK ROLLUP ROUTINE ROW ROWS RULE RULES SAMPLE SATISFIES SAVE SAVEPOINT SCAN SCHEMA SCOPE ' +
    'SCROLL SEARCH SECOND SECTION SEGMENT SEGMENTS SELECT SELF SEMI SENSITIVE SEPARATE SEQUENCE SERIALIZABLE ' +
    'SESSION SET SETS SHARD SHARE SHARED SHORT SHOW SIGNAL SIMILAR SIZE SKEWED SMALLINT SNAPSHOT SOME SOURCE ' +
    'SPACE SPACES SPARSE SPECIFIC SPECIFICTYPE SPLIT SQL SQLCODE SQLERROR SQLEXCEPTION SQLSTATE SQLWARNING ' +
    'START STATE STATIC STATUS STORAGE STORE STORED STREAM STRING STRUCT STYLE SUB SUBMULTISET SUBPARTITION ' +
    'SUBSTRING SUBTYPE SUM SUPER SYMMETRIC SYNONYM SYSTEM TABLE TABLESAMPLE TEMP TEMPORARY TERMINATED TEXT ' +
    'THAN THEN THROUGHPUT TIME TIMESTAMP TIMEZONE TINYINT TO TOKEN TOTAL TOUCH TRAILING TRANSACTION TRANSFORM ' +
    'TRANSLATE TRANSLATION TREAT TRIGGER TRIM TRUE TRUNCATE TTL TUPLE TYPE UNDER UNDO UNION UNIQUE UNIT ' +
    'UNKNOWN UNLOGGED UNNEST UNPROCESSED UNSIGNED UNTIL UPDATE UPPER URL USAGE USE USER USERS USING UUID ' +
    'VACUUM VALUE VALUED VALUES VARCHAR VARIABLE VARIANCE VARINT VARYING VIEW VIEWS VIRTUAL VOID WAIT WHEN ' +
    'WHENEVER WHERE WHILE WINDOW WITH WITHIN WITHOUT WORK WRAPPED WRITE YEAR ZONE'
  ).split(' '),
);

function isReserved(name: string): boolean {
  return WORDS.has(name.toUpperCase());
}
