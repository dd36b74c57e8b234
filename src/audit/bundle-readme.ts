/** The page a bundle opens with. */
export const README_TEXT = `# 审计包 / Audit bundle

## 中文

本包含有账本自第一条起的全部记录。核验不需要信任制作它的程序，只需要 Node.js 20 以上，以及另行取得的主管部门公钥 bureau.pub。

    node verify.mjs ../bundle.zip --key bureau.pub --head earlier-head.json

- 退出码 0：全部相符。1：有不符，并指出第一处错误的位置。2：无法核验。
- \`--head\` 是您以前留存的签名树头。有了它，即使有人连同私钥重做了全部记录，也会被发现。请留存本包的 earlier-head.json，下次使用。
- 请使用您自己审阅过的 verify.mjs，而不是来历不明的一份；它是单个文件，不依赖任何库。

手工核验：

    sha256sum -c SHA256SUMS
    openssl pkeyutl -verify -pubin -inkey bureau.pub -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig
    openssl pkeyutl -verify -pubin -inkey bureau.pub -rawin -in head.json -sigfile head.sig

| 文件 | 内容 |
| --- | --- |
| events.ndjson | 全部事件，每行一条规范 JSON（RFC 8785），即 Merkle 树（RFC 9162）的叶 |
| leaf-hashes.txt | 各叶的哈希，用于指出确切位置 |
| heads.ndjson, head.json, head.sig, earlier-head.json | 全部签名树头；最新一个的签名原文、签名，以及供留存的一份 |
| keys/ | 历年公钥 |
| tables/ | 事件、分录、试算平衡表、各方案资金分摊、各小区维修资金（CSV，元） |
| exports/ | 仿 GB/T 42940—2023 分组的 XML（未经符合性测试）；Fiscal Data Package |
| journals/ | 供 hledger、ledger、beancount 使用的账簿，以本系统余额为断言 |
| manifest.json | 件数与期间 |

所称"位置"是 events.ndjson 的行号，从 1 起。

## English

This bundle holds the whole ledger from its first event. To check it you need not trust the program that made it: only
Node.js 20 or later, and the bureau's public key \`bureau.pub\`, got from the bureau and not from this bundle.

    node verify.mjs ../bundle.zip --key bureau.pub --head earlier-head.json

- Exit code 0: everything holds. 1: something is wrong, and the first wrong position is named. 2: it could not be checked.
- \`--head\` is a signed head you kept from before. With it, even a history made anew by somebody who has the private key
  is found. Keep this bundle's earlier-head.json for the next time.
- Use a verify.mjs you have read yourself. It is one file and depends on nothing.

By hand: the three commands above. \`sha256sum -c\` checks every file against the list, \`openssl\` that the list, and the
newest head, are signed by the bureau.

| file | what it is |
| --- | --- |
| events.ndjson | every event, one line of canonical JSON (RFC 8785) each: the leaves of the Merkle tree (RFC 9162) |
| leaf-hashes.txt | the hash of every leaf, to point at the exact position |
| heads.ndjson, head.json, head.sig, earlier-head.json | all signed heads; of the newest the signed bytes, the signature, and a copy to keep |
| keys/ | the public keys of all years |
| tables/ | events, postings, trial balance, cost splits of schemes, figures of maintenance funds (CSV, yuan) |
| exports/ | XML grouped as GB/T 42940-2023 groups its data (modelled on it, not conformance-tested); Fiscal Data Package |
| journals/ | for hledger, ledger and beancount, with our balances as assertions |
| manifest.json | counts and period |

A "position" is a line of events.ndjson, counted from 1.
`;
