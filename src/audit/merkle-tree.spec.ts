import fc from 'fast-check';
import {
  consistencyPath,
  GrowingTree,
  inclusionPath,
  isConsistent,
  leafHash,
  nodeHash,
  rootAt,
  rootOfInclusion,
  type Subtree,
} from './merkle-tree.js';

/** The definition of RFC 9162 §2.1.1, written down as it stands there. */
function naiveRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length <= 1) return leaves[0]!;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}
const subtreeOf =
  (leaves: readonly Buffer[]): Subtree =>
  (level, index) =>
    naiveRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex');
const leavesOf = (entries: readonly string[]): Buffer[] => entries.map((entry) => leafHash(Buffer.from(entry, 'hex')));

/** The entries and roots every implementation of the Certificate Transparency tree is tried with. */
const ENTRIES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('the tree of RFC 9162', () => {
  it('has the roots of the test vectors, grown or read from subtrees', () => {
    const leaves = leavesOf(ENTRIES);
    const tree = new GrowingTree();
    expect(hex(tree.root())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    leaves.forEach((leaf, index) => {
      tree.add(leaf);
      expect(hex(tree.root())).toBe(ROOTS[index]);
      expect(hex(rootAt(subtreeOf(leaves), index + 1))).toBe(ROOTS[index]);
    });
  });

  it('has the proofs of the test vectors', () => {
    const subtree = subtreeOf(leavesOf(ENTRIES));
    expect(inclusionPath(subtree, 5, 8).map(hex)).toEqual([
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect(consistencyPath(subtree, 6, 8).map(hex)).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect(consistencyPath(subtree, 1, 1)).toEqual([]);
  });

  const sized = fc
    .integer({ min: 1, max: 70 })
    .chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 1, max: size })));
  const leaves = leavesOf(Array.from({ length: 70 }, (_, index) => index.toString(16).padStart(4, '0')));
  const subtree = subtreeOf(leaves);

  it('proves every leaf of every size, and no other leaf', () =>
    fc.assert(
      fc.property(sized, fc.nat(255), ([size, place], noise) => {
        const index = place - 1;
        const path = inclusionPath(subtree, index, size);
        const root = hex(naiveRoot(leaves.slice(0, size)));
        expect(hex(rootOfInclusion(leaves[index]!, index, size, path)!)).toBe(root);
        const other = leafHash(`other ${noise}`);
        expect(hex(rootOfInclusion(other, index, size, path)!)).not.toBe(root);
        expect(rootOfInclusion(leaves[index]!, index, size, [...path, other])).toBeUndefined();
      }),
    ));

  it('proves every size to be a beginning of every later one, and nothing else', () =>
    fc.assert(
      fc.property(sized, ([second, first]) => {
        const [firstRoot, secondRoot] = [naiveRoot(leaves.slice(0, first)), naiveRoot(leaves.slice(0, second))];
        const proof = consistencyPath(subtree, first, second);
        expect(isConsistent([first, firstRoot], [second, secondRoot], proof)).toBe(true);
        const wrong = leafHash('wrong');
        expect(isConsistent([first, wrong], [second, secondRoot], proof)).toBe(false);
        expect(isConsistent([first, firstRoot], [second, wrong], proof)).toBe(false);
        expect(isConsistent([first, firstRoot], [second, secondRoot], [...proof, wrong])).toBe(false);
      }),
    ));
});
