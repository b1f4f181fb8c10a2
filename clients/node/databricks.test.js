// A client of the public REST API, written from its reference, against the embedded workspace.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from './embedded.js';

const warehouse = '0123456789abcdef';
let warehouses;
let base;

before(async () => {
  warehouses = await serve();
  base = `http://${warehouses.lake.host}:${warehouses.lake.port}`;
});
after(() => warehouses?.stop());

/** Sends a request; gives {status, body}. */
async function call(method, path, body, token = 'dapi-sample-admin') {
  const r = await fetch(base + path, {
    method, signal: AbortSignal.timeout(30_000),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: body && JSON.stringify(body),
  });
  const text = await r.text();
  return { status: r.status, body: text === '' ? null : JSON.parse(text) };
}

async function ok(method, path, body, token) {
  const r = await call(method, path, body, token);
  assert.equal(r.status, 200, `${method} ${path}: ${JSON.stringify(r.body)}`);
  return r.body;
}

/** Runs a statement to its end, all chunks of the result included. */
async function sql(statement, token, more) {
  let r = await ok('POST', '/api/2.0/sql/statements', { statement, warehouse_id: warehouse, wait_timeout: '0s', ...more }, token);
  while (['PENDING', 'RUNNING'].includes(r.status.state)) {
    await sleep(20);
    r = await ok('GET', `/api/2.0/sql/statements/${r.statement_id}`, undefined, token);
  }
  if (r.status.state !== 'SUCCEEDED') throw Object.assign(new Error(r.status.error?.message ?? r.status.state), { code: r.status.error?.error_code, state: r.status.state });
  const rows = r.result?.data_array ?? [];
  for (let next = r.result?.next_chunk_internal_link; next;) {
    const part = await ok('GET', next, undefined, token);
    rows.push(...part.data_array);
    next = part.next_chunk_internal_link;
  }
  return { rows, manifest: r.manifest };
}

describe('statements', () => {
  test('rows come with their schema', async () => {
    const { rows, manifest } = await sql("SELECT 1 AS n, CAST(NULL AS STRING) AS z, 'é`''' AS s, DATE'2024-02-29' AS d, array(1, 2) AS a");
    assert.deepEqual(rows, [['1', null, "é`'", '2024-02-29', '["1","2"]']]);
    assert.deepEqual(manifest.schema.columns.map((c) => [c.name, c.type_name]), [['n', 'INT'], ['z', 'STRING'], ['s', 'STRING'], ['d', 'DATE'], ['a', 'ARRAY']]);
  });

  test('parameters', async () => {
    const { rows } = await sql('SELECT :who AS who, :n + 1 AS n', undefined, { parameters: [{ name: 'who', value: "o'neil" }, { name: 'n', value: '41', type: 'INT' }] });
    assert.deepEqual(rows, [["o'neil", '42']]);
  });

  test('all chunks add up to the manifest', async () => {
    const { rows, manifest } = await sql('SELECT id FROM range(0, 25000)');
    assert.equal(rows.length, 25000);
    assert.equal(manifest.total_row_count, 25000);
    assert.deepEqual([rows[0][0], rows[24999][0]], ['0', '24999']);
  });

  test('a failing statement tells why; one that ended is not ended again by a cancel', async () => {
    await assert.rejects(sql('SELECT * FROM main.crm.no_such_table'), /TABLE_OR_VIEW_NOT_FOUND/);
    await assert.rejects(sql('SELECT (1'), /PARSE_SYNTAX_ERROR/);
    const { statement_id: id } = await ok('POST', '/api/2.0/sql/statements', { statement: 'SELECT 1', warehouse_id: warehouse, wait_timeout: '30s' });
    await ok('POST', `/api/2.0/sql/statements/${id}/cancel`);
    assert.equal((await ok('GET', `/api/2.0/sql/statements/${id}`)).status.state, 'SUCCEEDED');
  });
});

describe('catalog', () => {
  test('masks, tags and grants go round, names that need escaping included', async () => {
    const odd = 'odd#?%é';
    await sql(`CREATE TABLE main.crm.\`${odd}\` (id INT, email STRING)`);
    await sql(`INSERT INTO main.crm.\`${odd}\` VALUES (1, 'ann@example.com')`);
    await sql("CREATE FUNCTION main.governance.client_mask(v STRING) RETURNS STRING RETURN CASE WHEN is_account_group_member('admins') THEN v ELSE '***' END");
    await sql(`ALTER TABLE main.crm.\`${odd}\` ALTER COLUMN email SET MASK main.governance.client_mask`);
    const path = encodeURIComponent(`main.crm.${odd}`);
    const table = await ok('GET', `/api/2.1/unity-catalog/tables/${path}`);
    assert.equal(table.columns.find((c) => c.name === 'email').mask.function_name, 'main.governance.client_mask');

    const changed = await ok('PATCH', `/api/2.1/unity-catalog/permissions/table/${path}`, { changes: [{ principal: 'bob@example.com', add: ['SELECT'] }] });
    assert.ok(changed.privilege_assignments.some((a) => a.principal === 'bob@example.com' && a.privileges.includes('SELECT')));
    await ok('PATCH', '/api/2.1/unity-catalog/permissions/catalog/main', { changes: [{ principal: 'bob@example.com', add: ['USE_CATALOG'] }] });
    await ok('PATCH', '/api/2.1/unity-catalog/permissions/schema/main.crm', { changes: [{ principal: 'bob@example.com', add: ['USE_SCHEMA'] }] });
    assert.deepEqual((await sql(`SELECT email FROM main.crm.\`${odd}\``, 'dapi-sample-bob')).rows, [['***']]);

    await sql(`DROP TABLE main.crm.\`${odd}\``);
    assert.equal((await call('GET', `/api/2.1/unity-catalog/tables/${path}`)).status, 404);
  });

  test('lists end after their last page', async () => {
    const names = [];
    let page = '';
    do {
      const r = await ok('GET', `/api/2.1/unity-catalog/schemas?catalog_name=main&max_results=1${page && `&page_token=${encodeURIComponent(page)}`}`);
      names.push(...(r.schemas ?? []).map((s) => s.name));
      page = r.next_page_token;
    } while (page);
    assert.ok(names.includes('crm') && names.includes('information_schema'));
    assert.equal(new Set(names).size, names.length);
  });

  test('errors have a code', async () => {
    assert.equal((await call('GET', '/api/2.1/unity-catalog/catalogs/none')).body.error_code, 'CATALOG_DOES_NOT_EXIST');
    assert.equal((await call('GET', '/api/2.1/unity-catalog/catalogs', undefined, 'wrong')).status, 403);
  });
});
