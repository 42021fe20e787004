/**
 * Finds the PyPI package of a module. The name of a package may differ from the name of its module. A package with the
 * module's name may then belong to somebody else.
 */

/** The modules whose package has the same name, with `-` instead of `_`. */
const SAME = `
  aioboto3 aiobotocore aiohttp anthropic asyncpg bcrypt cachetools certifi cffi chardet click cryptography
  elasticsearch email_validator fastapi feedparser flask flask_cors graphene httpx idna jinja2 jsonschema
  langchain loguru lxml mangum marshmallow matplotlib multidict nltk numpy openai openpyxl pandas
  paramiko passlib peewee pg8000 phonenumbers playwright psutil psycopg pyarrow pydantic pydantic_settings pymongo pynamodb
  pypdf pytz redis regex requests requests_aws4auth requests_oauthlib scipy selenium sendgrid sentry_sdk
  serverless_wsgi simplejson slack_sdk sqlalchemy starlette stripe structlog tenacity tiktoken tqdm twilio
  typing_extensions tzdata ujson uvicorn validators werkzeug xmltodict yarl
`;

/** The packages whose name differs from the name of their module, by module. */
const OTHER: Readonly<Record<string, string>> = {
  aws_lambda_powertools: 'aws-lambda-powertools',
  aws_xray_sdk: 'aws-xray-sdk',
  attr: 'attrs',
  awsgi: 'aws-wsgi',
  bs4: 'beautifulsoup4',
  Crypto: 'pycryptodome',
  cv2: 'opencv-python',
  dateutil: 'python-dateutil',
  dns: 'dnspython',
  docx: 'python-docx',
  dotenv: 'python-dotenv',
  fitz: 'PyMuPDF',
  git: 'GitPython',
  googleapiclient: 'google-api-python-client',
  jose: 'python-jose',
  jwt: 'PyJWT',
  magic: 'python-magic',
  markdown: 'Markdown',
  MySQLdb: 'mysqlclient',
  nacl: 'PyNaCl',
  opensearchpy: 'opensearch-py',
  OpenSSL: 'pyOpenSSL',
  PIL: 'Pillow',
  pkg_resources: 'setuptools',
  pptx: 'python-pptx',
  psycopg2: 'psycopg2-binary',
  bson: 'pymongo',
  pymysql: 'PyMySQL',
  sklearn: 'scikit-learn',
  slugify: 'python-slugify',
  telegram: 'python-telegram-bot',
  yaml: 'PyYAML',
  zmq: 'pyzmq',
};

const PACKAGES: ReadonlyMap<string, string> = new Map([
  ...SAME.trim()
    .split(/\s+/)
    .map((name) => [name, name.replaceAll('_', '-')] as const),
  ...Object.entries(OTHER),
]);

/**
 * Returns the package of a module; undefined if the package is not known. The module's name is never used as a guess,
 * because a package with that name may be unrelated.
 */
export function packageOf(module: string): string | undefined {
  return PACKAGES.get(module);
}

/**
 * Returns the name by which an index compares packages.
 * @see https://packaging.python.org/en/latest/specifications/name-normalization/
 */
export function normalisePackageName(name: string): string {
  return name.replaceAll(/[-_.]+/g, '-').toLowerCase();
}
