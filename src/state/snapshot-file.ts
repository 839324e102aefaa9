/**
 * One file that holds a snapshot: written whole beside the old one and then put in its place, so that a crash leaves
 * either the old or the new one, and checked by its sum when it is read.
 *
 *     0      8        12       44
 *     +------+--------+--------+----------------
 *     |PLUMBSTA| version| sha256 | v8.serialize(…)
 *     +------+--------+--------+----------------
 *
 * v8.serialize keeps typed arrays as they are; a newer Node reads what an older one wrote.
 */
import { createHash } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { PlumblineError } from '../lib/plumbline-error.js';

const MAGIC = Buffer.from('PLUMBSTA');
const FORMAT_VERSION = 2;
const HEADER_BYTES = MAGIC.length + 4 + 32;

/** @throws PlumblineError PB5002 */
export async function writeSnapshot(path: string, content: unknown): Promise<void> {
  const payload = serialize(content);
  const version = Buffer.alloc(4);
  version.writeUInt32LE(FORMAT_VERSION);
  const sum = createHash('sha256').update(payload).digest();
  const temporary = `${path}.new`;
  try {
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writev([MAGIC, version, sum, payload]);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    throw new PlumblineError(`The state cannot be written to ${path}.`, {
      code: 'PB5002',
      key: 'state.directory',
      remedy: 'Check that the directory exists, is writable and has room.',
      cause,
    });
  }
}

/**
 * @returns undefined where there is no file
 * @throws PlumblineError PB5001
 */
export async function readSnapshot(path: string): Promise<unknown> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw damaged(path, 'it cannot be read', cause);
  }
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw damaged(path, 'it is no state file');
  const version = bytes.readUInt32LE(MAGIC.length);
  if (version !== FORMAT_VERSION) throw damaged(path, `its version is ${version}, not ${FORMAT_VERSION}`);
  const payload = bytes.subarray(HEADER_BYTES);
  const sum = createHash('sha256').update(payload).digest();
  if (!sum.equals(bytes.subarray(MAGIC.length + 4, HEADER_BYTES))) throw damaged(path, 'its checksum does not fit');
  return deserialize(payload);
}

function damaged(path: string, why: string, cause?: unknown): PlumblineError {
  return new PlumblineError(`The state in ${path} is not used: ${why}.`, {
    code: 'PB5001',
    key: 'state.directory',
    remedy: 'It is kept beside the new one under the name state.damaged; delete it when you do not need it.',
    cause,
  });
}
