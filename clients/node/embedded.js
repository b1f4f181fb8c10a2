// Starts the embedded warehouses with sample data for the tests of a file, and stops them at its end.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const binary = process.env.POLSYNC ?? fileURLToPath(new URL('../../bin/polsync', import.meta.url));

/** Serves both warehouses and tells where: {snow: {host, port}, lake: {host, port}, dir}. Stop ends them. */
export async function serve() {
  const dir = await mkdtemp(join(tmpdir(), 'polsync-clients-'));
  const child = spawn(binary, ['dev', '--dir', dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part) => { text += part; });
  const ended = new Promise((resolve) => { child.on('exit', resolve); });
  await ready(join(dir, 'ready'), ended);
  const at = {};
  for (const [, name, host, port] of text.matchAll(/^(\w+) is served at (.+):(\d+)$/gm)) {
    at[name] = { host, port: Number(port) };
  }
  return {
    ...at,
    dir,
    secret: async (name) => (await readFile(join(dir, 'secrets', name), 'utf8')).trim(),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function ready(file, ended) {
  let gone = false;
  ended.then(() => { gone = true; });
  for (let i = 0; i < 300; i++) {
    if (gone) throw new Error(`${binary} dev ended before it served anything`);
    try {
      await access(file);
      await sleep(100); // what is printed comes right after
      return;
    } catch {
      await sleep(100);
    }
  }
  throw new Error(`${binary} dev does not serve anything after 30 s`);
}
