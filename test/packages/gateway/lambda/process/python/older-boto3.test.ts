/** Versions of boto3 that do not read AWS_ENDPOINT_URL; stand-ins with botocore's names replace them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { thisMachine } from '../../../../../../packages/gateway/lambda/process/find-toolchain.ts';
import { findPrograms } from '../../../../../../packages/gateway/lambda/process/machine.ts';
import { aFolder, aFolderFunction, returned, startRuntime } from '../../start-runtime.ts';

const PYTHON = findPrograms(thisMachine(), /^python3$/).length === 0 ? 'no Python on this machine' : false;
const GATEWAY = 'http://127.0.0.1:4000';
const TABLES = 'http://127.0.0.1:8000';

/** The arguments with which a client is created, as a stand-in for botocore's session receives them. */
const SESSION = `
class Model:
    def __init__(self, name):
        self.metadata = {"serviceId": {"dynamodb": "DynamoDB", "stepfunctions": "SFN"}.get(name, name)}

class Session:
    def get_service_model(self, name):
        return Model(name)

    def create_client(self, service_name, region_name=None, api_version=None, use_ssl=True, verify=None, endpoint_url=None):
        return endpoint_url
`;
const AIO_SESSION = `
from botocore.session import Session

class AioSession(Session):
    def create_client(self, *given, **named):
        return ["aio", named.get("endpoint_url")]
`;
const HANDLER = `
def handler(event, context):
    from botocore.session import Session
    from aiobotocore.session import AioSession
    session = Session()
    return [
        session.create_client("sqs"),
        session.create_client("dynamodb", region_name="eu-west-1", endpoint_url=None),
        session.create_client(service_name="stepfunctions"),
        session.create_client("sqs", None, None, True, None, "http://own"),
        session.create_client("sqs", endpoint_url="http://own"),
        AioSession().create_client("sqs"),
    ]
`;

describe('boto3 of a Python function', { skip: PYTHON }, () => {
  const rows: readonly (readonly [version: string, made: readonly unknown[]])[] = [
    ['1.12.253', [GATEWAY, TABLES, GATEWAY, 'http://own', 'http://own', ['aio', GATEWAY]]],
    ['1.30.1', [GATEWAY, TABLES, GATEWAY, 'http://own', 'http://own', ['aio', GATEWAY]]],
    ['1.31.0', [null, null, null, 'http://own', 'http://own', ['aio', null]]],
  ];
  for (const [version, made] of rows)
    it(`calls the gateway also if botocore ${version} ${version < '1.31' ? 'reads no variable' : 'reads it itself'}`, async () => {
      const folder = aFolder({
        'app.py': HANDLER,
        'botocore/__init__.py': `__version__ = "${version}"`,
        'botocore/session.py': SESSION,
        'aiobotocore/__init__.py': '',
        'aiobotocore/session.py': AIO_SESSION,
      });
      const definition = aFolderFunction(folder, 'app.handler', { name: 'f', runtime: 'python3.12' });
      const { invoke } = await startRuntime([definition], {
        controlUrl: () => GATEWAY,
        extraEnvironment: { AWS_ENDPOINT_URL_DYNAMODB: TABLES },
      });

      assert.deepEqual(returned(await invoke('f')), made);
    });
});
