import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isConsistent, leafHash, rootOfInclusion } from '../../src/audit/merkle-tree.js';
import { openDatabase } from '../../src/platform/sqlite.js';
import { accepted, TestService } from '../support/service.js';
import { tellStory } from './story.js';

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

describe('the log is a tree whose heads are signed', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.open();
    await tellStory(service);
  });
  afterAll(() => service.close());

  it('signs a head over everything, which the public key alone can check', async () => {
    const { body } = await service.get('/v1/audit/head', { as: 'auditor' });
    const { body: events } = await service.get('/v1/events?limit=500', { as: 'auditor' });
    expect(body.size).toBe(events.items.length);
    const key = createPublicKey(body.publicKeyPem as string);
    expect(JSON.parse(body.signed)).toEqual({
      keyId: body.keyId,
      rootHash: body.rootHash,
      signedAt: body.signedAt,
      size: body.size,
    });
    const isValid = (text: string) => verify(null, Buffer.from(text), key, Buffer.from(body.signature, 'base64'));
    expect(isValid(body.signed)).toBe(true);
    expect(isValid(body.signed.replace('"size":', '"size":1'))).toBe(false);
  });

  it('signs nothing new where nothing is new, and stands outside its own tree', async () => {
    const { body: before } = await service.get('/v1/audit/head');
    const { body: after } = await service.get('/v1/audit/head');
    expect(after).toEqual(before);
    const { body: events } = await service.get('/v1/events?type=TreeHeadSigned', { as: 'auditor' });
    expect(events.items).toEqual([]);
  });

  it('proves that an event is in the log, from its envelope', async () => {
    const { body: events } = await service.get('/v1/events?limit=500', { as: 'auditor' });
    for (const { id } of events.items as { id: string }[]) {
      const { body } = await service.get(`/v1/audit/proofs/${id}`, { as: 'auditor' });
      const leaf = leafHash(body.envelope as string);
      expect(leaf.toString('hex')).toBe(body.leafHash);
      const root = rootOfInclusion(leaf, body.leafIndex, body.treeSize, (body.path as string[]).map(bytes));
      expect(Buffer.from(root!).toString('hex')).toBe(body.head.rootHash);
    }
    expect((await service.get('/v1/audit/proofs/none', { as: 'auditor' })).status).toBe(404);
  });

  it('proves that an earlier log is the beginning of the later one', async () => {
    const { body: head } = await service.get('/v1/audit/head');
    for (let from = 1; from <= head.size; from++) {
      const { body } = await service.get(`/v1/audit/consistency?from=${from}&to=${head.size}`);
      const path = (body.path as string[]).map(bytes);
      expect(isConsistent([from, bytes(body.from.rootHash)], [head.size, bytes(head.rootHash)], path)).toBe(true);
    }
    expect((await service.get(`/v1/audit/consistency?from=${head.size + 1}`)).status).toBe(400);
    expect((await service.get('/v1/audit/consistency?from=0')).status).toBe(400);
  });

  it('makes its key at the first start, for its owner alone', () => {
    expect(statSync(join(service.directory, 'signing-key.pem')).mode & 0o777).toBe(0o600);
  });

  it('signs at the close, changes no answer by it, and goes on under a new key', async () => {
    const { body: old } = await service.get('/v1/audit/head');
    await service.get('/v1/ledger/trial-balance');
    accepted(
      await service.post('/v1/grants/g1/amendments', {
        amount: '2100.00',
        reason: '追加',
        documentNo: '财综〔2026〕9号',
        occurredOn: '2026-02-03',
      }),
    );
    const before = await service.get('/v1/ledger/trial-balance');
    await service.restart(() => {
      const { privateKey } = generateKeyPairSync('ed25519');
      writeFileSync(join(service.directory, 'signing-key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    });
    expect((await service.get('/v1/ledger/trial-balance')).body).toEqual(before.body);
    const { body } = await service.get('/v1/audit/heads');
    const [closing, rotated] = (body.items as { size: number; keyId: string }[]).slice(-2);
    expect(closing).toMatchObject({ size: old.size + 1, keyId: old.keyId });
    expect(rotated!.size).toBe(closing!.size);
    expect(rotated!.keyId).not.toBe(old.keyId);
  });

  it('finds a change made by hand, and where', async () => {
    const clean = await service.post('/v1/audit/verify', {}, { as: 'auditor', key: null });
    expect(clean.body).toMatchObject({ ok: true, findings: [] });
    expect((await service.post('/v1/audit/verify', {}, { key: null })).status).toBe(403);
    const other = { size: 3, rootHash: '0'.repeat(64) };
    const held = await service.post('/v1/audit/verify', other, { as: 'auditor', key: null });
    expect(held.body).toMatchObject({ ok: false, findings: [{ code: 'root-differs' }] });
    await service.restart(() => {
      const events = openDatabase(join(service.directory, 'events.db'), 'full');
      events.exec(`UPDATE events SET data = replace(data, '100.10', '900.10') WHERE type = 'PaymentMade'`);
      events.close();
    });
    const { body } = await service.post('/v1/audit/verify', {}, { as: 'auditor', key: null });
    expect(body.ok).toBe(false);
    const { body: payments } = await service.get('/v1/events?type=PaymentMade', { as: 'auditor' });
    expect(body.findings[0]).toMatchObject({ position: payments.items[0].position, code: 'hash-differs' });
    expect(readFileSync(join(service.directory, 'signing-key.pem'), 'utf8')).toContain('PRIVATE KEY');
  });
});
