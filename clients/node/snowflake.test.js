// The official Snowflake driver for Node.js against the embedded account.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import snowflake from 'snowflake-sdk';
import { serve } from './embedded.js';

snowflake.configure({ logLevel: 'OFF' });

let warehouses;
let admin;

before(async () => {
  warehouses = await serve();
  admin = await connect({ username: 'ADMIN', password: 'admin', role: 'ACCOUNTADMIN' });
});
after(async () => {
  await admin?.close();
  await warehouses?.stop();
});

/** Signs in; rows(sql, binds) gives rows, columns(sql) the names of columns. */
async function connect(options) {
  const { host, port } = warehouses.snow;
  const connection = snowflake.createConnection({
    account: 'EMULATOR', accessUrl: `http://${host}:${port}`, warehouse: 'WH', sfRetryMaxLoginRetries: 1, ...options,
  });
  await new Promise((resolve, reject) => { connection.connect((err) => (err ? reject(err) : resolve())); });
  const execute = (sqlText, binds, extra) => new Promise((resolve, reject) => {
    connection.execute({ sqlText, binds, ...extra, complete: (err, statement, rows) => (err ? reject(err) : resolve({ statement, rows })) });
  });
  return {
    rows: async (sql, binds) => (await execute(sql, binds)).rows,
    columns: async (sql) => (await execute(sql)).statement.getColumns().map((c) => c.getName()),
    streamed: async (sql) => {
      const { statement } = await execute(sql, undefined, { streamResult: true });
      let n = 0;
      for await (const row of statement.streamRows()) n += row === null ? 0 : 1;
      return n;
    },
    close: () => new Promise((resolve, reject) => { connection.destroy((err) => (err ? reject(err) : resolve())); }),
  };
}

/** Runs a statement that has to be refused, and gives the error. */
async function refused(connection, sql) {
  try {
    await connection.rows(sql);
  } catch (err) {
    return err;
  }
  return assert.fail(`not refused: ${sql}`);
}

describe('sign-in', () => {
  test('a wrong password is refused', async () => {
    await assert.rejects(connect({ username: 'ADMIN', password: 'wrong' }), /[Ii]ncorrect username or password/);
  });

  test('a programmatic access token', async () => {
    const own = await connect({ authenticator: 'PROGRAMMATIC_ACCESS_TOKEN', username: 'GOVERNANCE_SVC', token: await warehouses.secret('snow.token') });
    const [row] = await own.rows('SELECT CURRENT_USER() AS WHO, CURRENT_ROLE() AS ROLE');
    assert.deepEqual(row, { WHO: 'GOVERNANCE_SVC', ROLE: 'GOVERNANCE_ADMIN' });
    await own.close();
  });
});

describe('SHOW and queries', () => {
  test('databases and schemas are listed with their documented columns', async () => {
    const databases = await admin.rows('SHOW DATABASES');
    assert.ok(databases.some((d) => d.name === 'CRM_PROD' && d.kind === 'STANDARD'));
    const columns = await admin.columns('SHOW SCHEMAS IN DATABASE CRM_PROD');
    for (const name of ['created_on', 'name', 'database_name', 'owner', 'options']) assert.ok(columns.includes(name), name);
  });

  test('types come as the driver gives them', async () => {
    const [row] = await admin.rows(`SELECT 12.50::NUMBER(10,2) AS N, TRUE AS B, 'é"''\\n' AS S, NULL AS Z, TO_DATE('2024-02-29') AS D, OBJECT_CONSTRUCT('a', 1) AS O, TO_BINARY('ff00') AS X`);
    assert.equal(row.N, 12.5);
    assert.equal(row.B, true);
    assert.equal(row.S, 'é"\'\n');
    assert.equal(row.Z, null);
    assert.equal(row.D.toISOString().slice(0, 10), '2024-02-29');
    assert.deepEqual(row.O, { a: 1 });
    assert.equal(row.X.toString('hex').toLowerCase(), 'ff00');
  });

  test('binds', async () => {
    const rows = await admin.rows('SELECT ? AS A, ? AS B', ["it's \\ here", 42]);
    assert.deepEqual(rows.map((r) => [r.A, Number(r.B)]), [["it's \\ here", 42]]);
  });

  test('a result in several chunks is whole', async () => {
    assert.equal(await admin.streamed('SELECT ROW_NUMBER() OVER (ORDER BY NULL) AS N FROM TABLE(GENERATOR(ROWCOUNT => 5000))'), 5000);
  });

  test('errors have the number and the state', async () => {
    const missing = await refused(admin, 'SELECT * FROM CRM_PROD.PUBLIC.NO_SUCH_TABLE');
    assert.equal(Number(missing.code), 2003);
    assert.equal(missing.sqlState, '42S02');
    assert.equal(Number((await refused(admin, 'SELEC 1')).code), 1003);
  });
});

describe('definitions, tags, policies, grants', () => {
  test('go round', async () => {
    for (const sql of [
      'CREATE DATABASE CLIENT', 'CREATE SCHEMA CLIENT.GOV', 'CREATE TABLE CLIENT.PUBLIC.PEOPLE (ID NUMBER, EMAIL VARCHAR, REGION VARCHAR)',
      "INSERT INTO CLIENT.PUBLIC.PEOPLE VALUES (1, 'ann@example.com', 'EMEA'), (2, 'bob@example.com', 'APAC')",
      "CREATE TAG CLIENT.GOV.PII ALLOWED_VALUES 'email', 'phone'",
      "ALTER TABLE CLIENT.PUBLIC.PEOPLE MODIFY COLUMN EMAIL SET TAG CLIENT.GOV.PII = 'email'",
      "CREATE MASKING POLICY CLIENT.GOV.HIDE AS (VAL VARCHAR) RETURNS VARCHAR -> CASE WHEN IS_ROLE_IN_SESSION('CLIENT_READER') THEN VAL ELSE '***' END",
      'ALTER TAG CLIENT.GOV.PII SET MASKING POLICY CLIENT.GOV.HIDE',
      'CREATE ROLE CLIENT_READER', 'CREATE ROLE CLIENT_OTHER', "CREATE USER CLIENT_USER PASSWORD = 'client-secret' DEFAULT_ROLE = CLIENT_READER",
    ]) await admin.rows(sql);
    for (const role of ['CLIENT_READER', 'CLIENT_OTHER']) {
      for (const sql of [`GRANT USAGE ON DATABASE CLIENT TO ROLE ${role}`, `GRANT USAGE ON SCHEMA CLIENT.PUBLIC TO ROLE ${role}`, `GRANT SELECT ON TABLE CLIENT.PUBLIC.PEOPLE TO ROLE ${role}`,
        `GRANT USAGE ON WAREHOUSE WH TO ROLE ${role}`, `GRANT ROLE ${role} TO USER CLIENT_USER`]) await admin.rows(sql);
    }
    const seen = async (role) => {
      const c = await connect({ username: 'CLIENT_USER', password: 'client-secret', role });
      await c.rows('USE SECONDARY ROLES NONE');
      const rows = await c.rows('SELECT EMAIL FROM CLIENT.PUBLIC.PEOPLE ORDER BY ID');
      await c.close();
      return rows.map((r) => r.EMAIL);
    };
    assert.deepEqual(await seen('CLIENT_READER'), ['ann@example.com', 'bob@example.com']);
    assert.deepEqual(await seen('CLIENT_OTHER'), ['***', '***']);

    const [tagged] = await admin.rows("SELECT TAG_NAME, TAG_VALUE, APPLY_METHOD, LEVEL FROM TABLE(CLIENT.INFORMATION_SCHEMA.TAG_REFERENCES_ALL_COLUMNS('CLIENT.PUBLIC.PEOPLE', 'TABLE'))");
    assert.deepEqual(tagged, { TAG_NAME: 'PII', TAG_VALUE: 'email', APPLY_METHOD: 'MANUAL', LEVEL: 'COLUMN' });
    const grants = await admin.rows('SHOW GRANTS TO ROLE CLIENT_READER');
    assert.ok(grants.some((g) => g.privilege === 'SELECT' && g.granted_on === 'TABLE' && g.name === 'CLIENT.PUBLIC.PEOPLE'));

    // What the vendor refuses is refused.
    assert.match((await refused(admin, 'DROP MASKING POLICY CLIENT.GOV.HIDE')).message, /associated with one or more entities/);
    assert.match((await refused(admin, "ALTER TABLE CLIENT.PUBLIC.PEOPLE MODIFY COLUMN REGION SET TAG CLIENT.GOV.PII = 'other'")).message, /not.*allowed|allowed.*value/i);

    for (const sql of ['REVOKE SELECT ON TABLE CLIENT.PUBLIC.PEOPLE FROM ROLE CLIENT_OTHER', 'ALTER TABLE CLIENT.PUBLIC.PEOPLE MODIFY COLUMN EMAIL UNSET TAG CLIENT.GOV.PII',
      'ALTER TAG CLIENT.GOV.PII UNSET MASKING POLICY CLIENT.GOV.HIDE', 'DROP MASKING POLICY CLIENT.GOV.HIDE', 'DROP TAG CLIENT.GOV.PII']) await admin.rows(sql);
    await assert.rejects(seen('CLIENT_OTHER'), /not authorized/);
    await admin.rows('DROP DATABASE CLIENT');
    assert.deepEqual(await admin.rows("SHOW DATABASES LIKE 'CLIENT'"), []);
  });
});
