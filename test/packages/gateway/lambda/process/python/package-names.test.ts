import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { packageOf } from '../../../../../../packages/gateway/lambda/process/python/package-names.ts';

/** What the projects at https://pypi.org/project/NAME/ install. */
const ON_PYPI: readonly (readonly [module: string, name: string])[] = [
  ['attr', 'attrs'],
  ['awsgi', 'aws-wsgi'],
  ['aws_lambda_powertools', 'aws-lambda-powertools'],
  ['aws_xray_sdk', 'aws-xray-sdk'],
  ['bs4', 'beautifulsoup4'],
  ['bson', 'pymongo'],
  ['Crypto', 'pycryptodome'],
  ['cv2', 'opencv-python'],
  ['dateutil', 'python-dateutil'],
  ['dns', 'dnspython'],
  ['docx', 'python-docx'],
  ['dotenv', 'python-dotenv'],
  ['fitz', 'PyMuPDF'],
  ['git', 'GitPython'],
  ['googleapiclient', 'google-api-python-client'],
  ['jose', 'python-jose'],
  ['jwt', 'PyJWT'],
  ['magic', 'python-magic'],
  ['markdown', 'Markdown'],
  ['MySQLdb', 'mysqlclient'],
  ['nacl', 'PyNaCl'],
  ['opensearchpy', 'opensearch-py'],
  ['OpenSSL', 'pyOpenSSL'],
  ['PIL', 'Pillow'],
  ['pkg_resources', 'setuptools'],
  ['pptx', 'python-pptx'],
  ['psycopg2', 'psycopg2-binary'],
  ['pymysql', 'PyMySQL'],
  ['sklearn', 'scikit-learn'],
  ['slugify', 'python-slugify'],
  ['telegram', 'python-telegram-bot'],
  ['yaml', 'PyYAML'],
  ['zmq', 'pyzmq'],
  ['numpy', 'numpy'],
  ['requests', 'requests'],
  ['sentry_sdk', 'sentry-sdk'],
  ['typing_extensions', 'typing-extensions'],
];

describe('the package of a Python module', () => {
  for (const [module, name] of ON_PYPI)
    it(`is ${name} for ${module}`, () => assert.equal(packageOf(module), name));

  // A package of the module's name may be somebody else's: `pip install` would run that person's code.
  it('is unknown if nobody has looked at it, and if the name is spelled otherwise', () => {
    for (const module of ['', 'my_module', 'Numpy', 'pil', 'crypto', 'constructor', '__proto__'])
      assert.equal(packageOf(module), undefined, module);
  });
});
