import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { envelopeOf, hashOf, sealOf } from './chain.js';

/** Names nobody could have recorded, but somebody could have written into the file. */
const name = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('a"b', 'a\\b', 'a\nb', '小区', '\ud800'),
);
const object = fc.dictionary(fc.constantFrom('name', '户', 'amount'), fc.string({ unit: 'grapheme' }));

describe('the envelope of an event', () => {
  it('is the canonical text (RFC 8785) of all there is about it, whatever its names hold', () =>
    fc.assert(
      fc.property(name, name, name, fc.nat(), object, object, (stream, eventId, type, revision, data, metadata) => {
        const texts = { data: canonicalJson(data), metadata: canonicalJson(metadata) };
        const stored = { stream, revision, eventId, type, position: 1, ...texts };
        expect(envelopeOf(stored)).toBe(canonicalJson({ stream, revision, eventId, type, data, metadata }));
      }),
    ));

  it('is hashed over its UTF-8, however long it is and in whatever script', () => {
    // 40,000 characters of three bytes each: longer than what is kept ready for the next.
    for (const text of ['', '施工单位', '施'.repeat(40_000), 'a'.repeat(70_000)]) {
      const stored = {
        ...{ stream: 'scheme-s', revision: 0, eventId: 'e', type: 'T', position: 1 },
        ...{ data: canonicalJson({ text }), metadata: '{"schemaVersion":1}' },
      };
      const envelope = `{"data":{"text":"${text}"},"eventId":"e","metadata":{"schemaVersion":1},"revision":0,"stream":"scheme-s","type":"T"}`;
      const expected = createHash('sha256').update(envelope, 'utf8').digest('hex');
      expect(sealOf(stored, stored.metadata)).toBe(expected);
      expect(hashOf(stored)).toBe(expected);
    }
  });
});
