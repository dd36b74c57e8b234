/** What JSON.parse lets pass and money must not: a key twice, nesting without end, half a character. */
export class StrictJsonError extends Error {
  constructor(
    readonly code: 'malformed-json' | 'duplicate-key' | 'too-deep',
    readonly pointer = '',
  ) {
    super(code);
  }
}

export const DEEPEST = 32;
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Parses UTF-8 JSON of at most 32 levels, every object's keys distinct. Throws StrictJsonError. */
export function parseStrictJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new StrictJsonError('malformed-json');
  }
  const writtenKeys = scan(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new StrictJsonError('malformed-json');
  }
  // A text in which no key is written twice has as many keys as the value; only then is a search needed.
  if (countKeys(value) !== writtenKeys) throw new StrictJsonError('duplicate-key');
  if (LONE_SURROGATE.test(text) || hasEscapedLoneSurrogate(text, value)) throw new StrictJsonError('malformed-json');
  return value;
}

/** Refuses what nests too deep; answers how many keys are written: outside strings a colon stands behind each. */
function scan(text: string): number {
  let depth = 0;
  let keys = 0;
  for (let index = 0; index < text.length; index++) {
    const char = text.charCodeAt(index);
    if (char === 0x22) index = endOfString(text, index);
    else if (char === 0x3a) keys += 1;
    else if (char === 0x5b || char === 0x7b) {
      if (++depth > DEEPEST) throw new StrictJsonError('too-deep');
    } else if (char === 0x5d || char === 0x7d) depth -= 1;
  }
  return keys;
}

/** Index of the closing quote of the string that opens at `start`; the text's end where there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === 0x5c) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}

function countKeys(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + countKeys(one), 0);
  if (value === null || typeof value !== 'object') return 0;
  let keys = 0;
  for (const one of Object.values(value)) keys += 1 + countKeys(one);
  return keys;
}

function hasEscapedLoneSurrogate(text: string, value: unknown): boolean {
  return /\\u[dD][89a-fA-F]/.test(text) && anyString(value, (one) => LONE_SURROGATE.test(one));
}

function anyString(value: unknown, test: (text: string) => boolean): boolean {
  if (typeof value === 'string') return test(value);
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value).some(([key, one]) => test(key) || anyString(one, test));
}
