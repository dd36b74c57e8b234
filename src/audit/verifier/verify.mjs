#!/usr/bin/env node
// Checks an audit bundle of Renewal Ledger with nothing but Node and the bureau's public key.
// 核验"改造账本"审计包：只需 Node 与主管部门公钥，不依赖任何其他程序。
//
//   node verify.mjs bundle.zip --key bureau.pub [--key older.pub] [--head earlier-head.json] [--json]
//
// Exit 0: everything holds. 1: something is wrong, the first wrong position is named. 2: it could not be checked.
// It is one file on purpose: read it before you trust it.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { closeSync, createReadStream, fstatSync, openSync, readFileSync, readSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createInflateRaw } from 'node:zlib';

class CannotCheck extends Error {}

// ---------------------------------------------------------------------------------------------------- the zip file

/** Names, sizes and places of the files in a zip, from its central directory. Nothing outside it is looked at. */
function openZip(path) {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const read = (position, length) => {
      const buffer = Buffer.alloc(length);
      if (position < 0 || readSync(fd, buffer, 0, length, position) !== length)
        throw new CannotCheck('the zip file is cut short');
      return buffer;
    };
    const tail = read(Math.max(0, size - 65_557), Math.min(size, 65_557));
    const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
    if (end < 0 || end + 22 > tail.length) throw new CannotCheck('not a zip file');
    const count = tail.readUInt16LE(end + 10);
    const directory = read(tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
    const files = new Map();
    let at = 0;
    for (let index = 0; index < count; index++) {
      if (at + 46 > directory.length || directory.readUInt32LE(at) !== 0x02014b50)
        throw new CannotCheck('the directory of the zip file is damaged');
      const nameLength = directory.readUInt16LE(at + 28);
      const name = directory.toString('utf8', at + 46, at + 46 + nameLength);
      const start = directory.readUInt32LE(at + 42);
      const local = read(start, 30);
      if (local.readUInt32LE(0) !== 0x04034b50) throw new CannotCheck(`${name} is not where the zip file says`);
      const from = start + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
      const method = directory.readUInt16LE(at + 10);
      if (method !== 0 && method !== 8) throw new CannotCheck(`${name} is packed in an unknown way`);
      if (files.has(name)) throw new CannotCheck(`${name} stands twice in the zip file`);
      files.set(name, { from, packed: directory.readUInt32LE(at + 20), size: directory.readUInt32LE(at + 24), method });
      at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    }
    return { path, files };
  } finally {
    closeSync(fd);
  }
}

/** The bytes of one file, in pieces; never more than the directory promised. */
async function* piecesOf(zip, name) {
  const file = zip.files.get(name);
  if (!file) throw new CannotCheck(`${name} is missing from the bundle`);
  if (file.packed === 0) return;
  const raw = createReadStream(zip.path, { start: file.from, end: file.from + file.packed - 1 });
  const source = file.method === 8 ? raw.pipe(createInflateRaw()) : raw;
  let length = 0;
  try {
    for await (const piece of source) {
      length += piece.length;
      if (length > file.size) throw new CannotCheck(`${name} is longer than it says`);
      yield piece;
    }
  } catch (error) {
    throw error instanceof CannotCheck ? error : new CannotCheck(`${name} cannot be unpacked: ${error.message}`);
  }
}

async function bytesOf(zip, name) {
  const pieces = [];
  for await (const piece of piecesOf(zip, name)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Lines of a file as bytes; `hash` sees every byte on the way. */
async function* linesOf(zip, name, hash = undefined) {
  let rest = Buffer.alloc(0);
  for await (const piece of piecesOf(zip, name)) {
    hash?.update(piece);
    let from = 0;
    for (let to = piece.indexOf(10); to >= 0; to = piece.indexOf(10, from)) {
      yield rest.length === 0 ? piece.subarray(from, to) : Buffer.concat([rest, piece.subarray(from, to)]);
      rest = Buffer.alloc(0);
      from = to + 1;
    }
    if (from < piece.length) rest = Buffer.concat([rest, piece.subarray(from)]);
  }
  if (rest.length > 0) yield rest;
}

// ------------------------------------------------------------------------------------- hashes, the tree, signatures

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const leafOf = (bytes) => createHash('sha256').update(Buffer.of(0)).update(bytes).digest();
const nodeOf = (left, right) => createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();

/** The Merkle tree of RFC 9162, grown leaf by leaf. */
class Tree {
  edge = [];
  size = 0;
  add(leaf) {
    let grown = { level: 0, hash: leaf };
    while (this.edge.length > 0 && this.edge.at(-1).level === grown.level)
      grown = { level: grown.level + 1, hash: nodeOf(this.edge.pop().hash, grown.hash) };
    this.edge.push(grown);
    this.size += 1;
  }
  root() {
    if (this.size === 0) return sha256('');
    return this.edge
      .map(({ hash }) => hash)
      .reduceRight((right, left) => nodeOf(left, right))
      .toString('hex');
  }
}

/** RFC 8785: the one text of a JSON value. */
const canonical = (value) => {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
};

function keyFrom(input) {
  const key = createPublicKey(input);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('not an Ed25519 key');
  return { key, id: sha256(key.export({ type: 'spki', format: 'der' })) };
}

const signedText = ({ keyId, rootHash, signedAt, size }) => canonical({ keyId, rootHash, signedAt, size });
const isSignedBy = (head, key) => {
  try {
    return verify(null, Buffer.from(signedText(head)), key, Buffer.from(head.signature, 'base64'));
  } catch {
    return false;
  }
};

// ------------------------------------------------------------------------------------------------------ the checks

/** What is wrong. `position` counts the events of the log from 1, as the lines of events.ndjson. */
class Findings {
  list = [];
  add(code, what, where = {}) {
    // One of a kind is enough to know; what follows from it is noise.
    if (!this.list.some((one) => one.code === code)) this.list.push({ code, what, ...where });
  }
  /** Exact places first, then ranges, then what has no place. */
  sorted() {
    const rank = ({ position, notAfter }) => (position === undefined ? 2 : notAfter === undefined ? 0 : 1);
    return [...this.list].sort((a, b) => rank(a) - rank(b) || (a.position ?? 0) - (b.position ?? 0));
  }
}

/** The hash of each event and the chain of its stream. */
class Chains {
  ends = new Map();
  /** What is wrong with one line, or undefined; `event` is what it says. */
  check(bytes) {
    const text = bytes.toString('utf8');
    let event;
    try {
      event = JSON.parse(text);
      if (canonical(event) !== text)
        return { code: 'not-canonical', what: 'the line is not canonical JSON (RFC 8785)' };
      const { hash, ...unsigned } = event.metadata;
      const end = this.ends.get(event.stream);
      this.ends.set(event.stream, { revision: event.revision, hash });
      const revision = (end?.revision ?? -1) + 1;
      if (sha256(canonical({ ...event, metadata: unsigned })) !== hash)
        return { event, code: 'hash-differs', what: 'the event is not what its hash says' };
      if (event.revision !== revision)
        return {
          event,
          code: 'revision-gap',
          what: `revision ${event.revision} of ${event.stream} stands where ${revision} must`,
        };
      if (unsigned.previousHash !== (end?.hash ?? null))
        return {
          event,
          code: 'link-broken',
          what: 'previousHash is not the hash of the event before it in its stream',
        };
    } catch {
      return { event, code: 'not-an-event', what: 'the line is not an event' };
    }
    return { event };
  }
}

/** Every file is the one that was listed, and the list is signed with a key we were given. */
async function checkFiles(zip, keys, findings) {
  const listBytes = await bytesOf(zip, 'SHA256SUMS');
  const signature = await bytesOf(zip, 'SHA256SUMS.sig');
  const signer = keys.find(({ key }) => verify(null, listBytes, key, signature));
  if (!signer) findings.add('not-signed', 'SHA256SUMS is not signed with the key given');
  const listed = new Map();
  for (const line of listBytes.toString('utf8').split('\n').filter(Boolean)) {
    const match = /^([0-9a-f]{64}) [ *](.+)$/.exec(line);
    if (match) listed.set(match[2], match[1]);
    else findings.add('list-damaged', 'a line of SHA256SUMS cannot be read');
  }
  for (const name of zip.files.keys())
    // Programs that pack a zip anew list the folders too; they hold nothing.
    if (!listed.has(name) && !name.startsWith('SHA256SUMS') && !name.endsWith('/'))
      findings.add('file-unlisted', `${name} is not in SHA256SUMS`);
  for (const [name, expected] of listed) {
    if (!zip.files.has(name)) findings.add('file-missing', `${name} is listed and missing`);
    else {
      const hash = createHash('sha256');
      for await (const piece of piecesOf(zip, name)) hash.update(piece);
      if (hash.digest('hex') !== expected)
        findings.add(`file-differs:${name}`, `${name} is not the file that was listed`);
    }
  }
  return signer;
}

/** The public keys of former years; they count only where the list of files, signed with the key given, vouches for them. */
async function formerKeys(zip, findings) {
  const keys = [];
  for (const name of zip.files.keys()) {
    const id = /^keys\/([0-9a-f]{64})\.pem$/.exec(name)?.[1];
    if (id === undefined) continue;
    try {
      const key = keyFrom(await bytesOf(zip, name));
      if (key.id === id) keys.push(key);
      else findings.add('key-differs', `${name} is another key than its name says`);
    } catch {
      findings.add('key-differs', `${name} is not a key`);
    }
  }
  return keys;
}

/** The signed heads in the bundle: their own chain, and the signature of each. */
async function readHeads(zip, keys, findings) {
  const chains = new Chains();
  const heads = [];
  for await (const line of linesOf(zip, 'heads.ndjson')) {
    const { event, code, what } = chains.check(line);
    if (code !== undefined) findings.add('heads-chain', `heads.ndjson, line ${heads.length + 1}: ${what}`);
    const head = event?.data;
    const key = keys.find(({ id }) => id === head?.keyId);
    if (!key)
      findings.add('head-unknown-key', `the head of ${head?.size} events is signed with a key nobody vouches for`);
    else if (!isSignedBy(head, key.key))
      findings.add('head-unsigned', `the head of ${head.size} events is not signed as it says`);
    else heads.push({ size: head.size, rootHash: head.rootHash, signedAt: head.signedAt, from: 'heads.ndjson' });
  }
  return heads;
}

/** A head that was kept from before. Having kept it is what it proves by; a signature makes sure it is one of ours. */
function readEarlier(path, keys) {
  let head;
  try {
    head = JSON.parse(readFileSync(path, 'utf8'));
    const own = keyFrom({ key: Buffer.from(head.publicKey, 'base64'), format: 'der', type: 'spki' });
    const known = keys.find(({ id }) => id === head.keyId) ?? (own.id === head.keyId ? own : undefined);
    if (!known || !isSignedBy(head, known.key)) throw new Error('its signature does not hold');
    if (!Number.isSafeInteger(head.size) || head.size < 1) throw new Error('it has no size');
  } catch (error) {
    throw new CannotCheck(`${path} is not a signed head: ${error.message}`);
  }
  const { size, rootHash, signedAt, leafHashes } = head;
  const kept = { size, rootHash, signedAt, from: path };
  if (leafHashes === undefined) return kept;
  const tree = new Tree();
  for (const leaf of leafHashes) tree.add(Buffer.from(leaf, 'hex'));
  if (tree.size !== size || tree.root() !== rootHash)
    throw new CannotCheck(`the leaf hashes in ${path} are not those of its head`);
  return { ...kept, leafHashes };
}

/** The bundle's list of leaf hashes, as far as a signed head stands behind it: with it a wrong event is pointed at exactly. */
async function provenLeaves(zip, heads) {
  const roots = new Map(heads.map(({ size, rootHash }) => [size, rootHash]));
  const tree = new Tree();
  const leaves = [];
  let proven = 0;
  if (zip.files.has('leaf-hashes.txt'))
    for await (const line of linesOf(zip, 'leaf-hashes.txt')) {
      leaves.push(line.toString('latin1'));
      tree.add(Buffer.from(leaves.at(-1), 'hex'));
      if (roots.get(tree.size) === tree.root()) proven = tree.size;
    }
  return leaves.slice(0, proven);
}

/** Walks the log once: chains, leaves, and the root at the size of every head. */
async function checkEvents(zip, heads, proven, findings) {
  const chains = new Chains();
  const tree = new Tree();
  const sizes = new Set(heads.map(({ size }) => size));
  const roots = new Map();
  for await (const line of linesOf(zip, 'events.ndjson')) {
    const position = tree.size + 1;
    const { event, code, what } = chains.check(line);
    const where = {
      position,
      eventId: event?.eventId,
      stream: event?.stream,
      revision: event?.revision,
      type: event?.type,
    };
    if (code !== undefined) findings.add(code, what, where);
    const leaf = leafOf(line);
    tree.add(leaf);
    const hex = leaf.toString('hex');
    if (proven.some((leaves) => position <= leaves.length && leaves[position - 1] !== hex))
      findings.add('not-what-was-signed', 'the event is not the one that was signed at this position', where);
    if (sizes.has(position)) roots.set(position, tree.root());
  }
  return { events: tree.size, streams: chains.ends.size, roots };
}

/**
 * Every head must be the root of the events it counts. Where only roots are known, the wrong place lies between two of
 * them; against a head that was kept, only another kept one counts as a lower bound: who could make the log anew could
 * sign it anew.
 */
function checkHeads(own, kept, { events, roots }, findings) {
  const isGood = ({ size, rootHash }) => roots.get(size) === rootHash;
  const bySize = (a, b) => a.size - b.size;
  for (const heads of [[...kept].sort(bySize), [...own].sort(bySize)])
    for (const { size, rootHash, signedAt, from } of heads) {
      if (size > events) {
        const what = `${size} events were signed on ${signedAt} (${from}), ${events} are here`;
        findings.add('events-missing', what, { position: events + 1 });
      } else if (!isGood({ size, rootHash })) {
        const before = heads.filter((one) => one.size < size && isGood(one)).map((one) => one.size);
        const first = Math.max(0, ...before) + 1;
        const what = `the events up to ${size} are not those that were signed on ${signedAt} (${from}); the first wrong one lies within ${first}..${size}`;
        findings.add('root-differs', what, { position: first, notAfter: size });
      }
    }
  const covered = Math.max(0, ...own.map(({ size }) => size));
  if (covered < events) findings.add('beyond-heads', 'events that no signed head covers', { position: covered + 1 });
}

export async function check({ bundle, keyFiles, headFiles }) {
  const findings = new Findings();
  const given = keyFiles.map((path) => {
    try {
      return keyFrom(readFileSync(path));
    } catch (error) {
      throw new CannotCheck(`${path} is not an Ed25519 public key: ${error.message}`);
    }
  });
  const zip = openZip(bundle);
  const signer = await checkFiles(zip, given, findings);
  const keys = [...given, ...(signer ? await formerKeys(zip, findings) : [])];
  const own = await readHeads(zip, keys, findings);
  const kept = headFiles.map((path) => readEarlier(path, keys));
  const proven = [await provenLeaves(zip, own), ...kept.map(({ leafHashes }) => leafHashes ?? [])];
  const walked = await checkEvents(zip, [...own, ...kept], proven, findings);
  checkHeads(own, kept, walked, findings);
  const manifest = JSON.parse((await bytesOf(zip, 'manifest.json')).toString('utf8'));
  if (manifest.events !== walked.events)
    findings.add('count-differs', `the manifest counts ${manifest.events} events, ${walked.events} are here`);
  const { events, streams } = walked;
  return {
    ok: findings.list.length === 0,
    events,
    streams,
    heads: own.length,
    newest: own.at(-1) ?? null,
    findings: findings.sorted(),
  };
}

// -------------------------------------------------------------------------------------------------- the command line

function argumentsOf(given) {
  const asked = { bundle: undefined, keyFiles: [], headFiles: [], json: false };
  for (let index = 0; index < given.length; index++) {
    const word = given[index];
    if (word === '--json') asked.json = true;
    else if (word === '--key' || word === '--head') {
      const value = given[++index];
      if (value === undefined) throw new CannotCheck(`${word} needs a file`);
      (word === '--key' ? asked.keyFiles : asked.headFiles).push(value);
    } else if (word.startsWith('-') || asked.bundle !== undefined) throw new CannotCheck(`what is ${word}?`);
    else asked.bundle = word;
  }
  if (asked.bundle === undefined || asked.keyFiles.length === 0)
    throw new CannotCheck('usage: node verify.mjs bundle.zip --key bureau.pub [--head earlier-head.json]');
  return asked;
}

function told({ ok, events, streams, heads, newest, findings }) {
  if (ok)
    return `OK: ${events} events in ${streams} streams, ${heads} signed heads, the newest over ${newest.size} events on ${newest.signedAt}\n`;
  const lines = findings.map(({ position, eventId, stream, revision, what }) => {
    const at =
      position === undefined
        ? ''
        : `position ${position}${eventId ? ` (${eventId}, ${stream} revision ${revision})` : ''}: `;
    return `${at}${what}`;
  });
  return `WRONG: ${lines[0]}\n${lines
    .slice(1)
    .map((line) => `  also: ${line}\n`)
    .join('')}`;
}

async function main() {
  try {
    const asked = argumentsOf(process.argv.slice(2));
    const result = await check(asked);
    process.stdout.write(asked.json ? `${JSON.stringify(result)}\n` : told(result));
    process.exitCode = result.ok ? 0 : 1;
  } catch (error) {
    process.stderr.write(`CANNOT CHECK: ${error.message}\n`);
    process.exitCode = 2;
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
