import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { canonicalJson } from '../kernel/canonical-json.js';
import type { TreeHead } from './tree-heads.decider.js';

const DEFAULT_FILE = 'signing-key.pem';

/** SHA-256 over the SPKI of a public key, in hex. */
export const keyIdOf = (key: KeyObject): string => createHash('sha256').update(spki(key)).digest('hex');
export const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });
export const publicKeyOf = (base64: string): KeyObject =>
  createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });

type Signed = Pick<TreeHead, 'size' | 'rootHash' | 'signedAt' | 'keyId'>;

/** The very bytes a head's signature is over, so that `openssl` can check it by hand. */
export const signedText = ({ keyId, rootHash, signedAt, size }: Signed): string =>
  canonicalJson({ keyId, rootHash, signedAt, size });

/** The bureau's Ed25519 key. It signs what the log says, and never leaves its file. */
export class SigningKey {
  readonly keyId: string;
  readonly publicKey: KeyObject;

  private constructor(private readonly privateKey: KeyObject) {
    if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('the signing key must be an Ed25519 key');
    this.publicKey = createPublicKey(privateKey);
    this.keyId = keyIdOf(this.publicKey);
  }

  /** From the file of the setting, which must be there; without one from the data directory, made at the first start. */
  static open(file: string | undefined, dataDir: string): SigningKey {
    const path = file ?? join(dataDir, DEFAULT_FILE);
    if (file === undefined && !existsSync(path)) make(path);
    return new SigningKey(createPrivateKey(readFileSync(path)));
  }

  sign(text: string | Uint8Array): Buffer {
    return sign(null, Buffer.from(text as string), this.privateKey);
  }

  /** A head as it is recorded, with its signature and the key to check it by. */
  head(size: number, rootHash: string, signedAt: string): TreeHead {
    const told = { size, rootHash, signedAt, keyId: this.keyId };
    const signature = this.sign(signedText(told)).toString('base64');
    return { ...told, signature, publicKey: spki(this.publicKey).toString('base64') };
  }

  publicPem(): string {
    return this.publicKey.export({ type: 'spki', format: 'pem' }) as string;
  }
}

function make(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('ed25519');
  // `wx`: two processes starting at once must not sign with two keys.
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
}

/** Whether a head is signed by the key it carries, and that key is the one it names. */
export function isSigned(head: TreeHead): boolean {
  try {
    const key = publicKeyOf(head.publicKey);
    return (
      keyIdOf(key) === head.keyId &&
      verify(null, Buffer.from(signedText(head)), key, Buffer.from(head.signature, 'base64'))
    );
  } catch {
    return false;
  }
}
