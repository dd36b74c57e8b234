/** A command as a failed sequence is told. */
export const shown = (command: object): string =>
  JSON.stringify(command, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));

/** How often each kind of command was accepted, and by what it was refused. */
export class Tally {
  private readonly verdicts = new Map<string, Map<string, number>>();

  count(kind: string, verdict: string): void {
    const own = this.verdicts.get(kind) ?? new Map<string, number>();
    this.verdicts.set(kind, own.set(verdict, (own.get(verdict) ?? 0) + 1));
  }

  acceptedShare(): number {
    let [accepted, all] = [0, 0];
    for (const own of this.verdicts.values())
      for (const [verdict, count] of own) {
        all += count;
        if (verdict === 'ok') accepted += count;
      }
    return accepted / all;
  }

  neverAccepted(): string[] {
    return [...this.verdicts].filter(([, own]) => !own.has('ok')).map(([kind]) => kind);
  }

  report(title: string): void {
    const rows = [...this.verdicts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, own]) => row(kind, own));
    process.stdout.write(`${title}, ${(100 * this.acceptedShare()).toFixed(1)} % accepted\n${rows.join('\n')}\n`);
  }
}

function row(kind: string, own: ReadonlyMap<string, number>): string {
  const all = [...own.values()].reduce((a, b) => a + b, 0);
  const accepted = own.get('ok') ?? 0;
  const refused = [...own]
    .filter(([verdict]) => verdict !== 'ok')
    .sort(([, a], [, b]) => b - a)
    .map(([verdict, count]) => `${verdict.replace('rule-refused ', '')} ${count}`);
  return `${kind.padEnd(16)} ${String(accepted).padStart(8)} of ${String(all).padStart(8)} (${Math.round((100 * accepted) / all)} %): ${refused.join(', ')}`;
}
