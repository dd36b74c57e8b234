import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A node of a cluster on this machine: how it is started, and where it then leaves its process id. */
export type Node = { readonly port: number; readonly pidFile: string; readonly start: string };

/** Named by the environment; none where nobody started any. */
export const nodes = JSON.parse(process.env['KURRENTDB_NODES'] ?? '[]') as readonly Node[];

const stateOf = async ({ port }: Node): Promise<string> => {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/info`, { signal: AbortSignal.timeout(1_000) });
    return ((await answer.json()) as { state: string }).state;
  } catch {
    return 'away';
  }
};

/** The node that leads, as soon as one does. */
export async function leader(): Promise<Node> {
  for (;;) {
    for (const node of nodes) if ((await stateOf(node)) === 'leader') return node;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const processOf = ({ pidFile }: Node): number => Number(readFileSync(pidFile, 'utf8'));

function isRunning(node: Node): boolean {
  try {
    return process.kill(processOf(node), 0);
  } catch {
    return false;
  }
}

/** As `restart: always` does: a former leader may end by itself, with code 0, to cut off what the others do not have. */
export async function startAgain(node: Node): Promise<void> {
  const giveUpAt = performance.now() + 60_000;
  while ((await stateOf(node)) !== 'follower') {
    if (performance.now() > giveUpAt) throw new Error(`the node on port ${node.port} does not come back`);
    if (!isRunning(node)) spawn(node.start, { detached: true, stdio: 'ignore' }).unref();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
