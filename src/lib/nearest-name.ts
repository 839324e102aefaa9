/**
 * The known name that an unknown one was probably meant to be. Distance is that of Damerau and Levenshtein in its
 * optimal-string-alignment form (insert, delete, replace, swap neighbours; Damerau 1964), over letters without regard to
 * case and separators, O(length²) a pair. Names further off than a third of their length are no suggestion.
 */
export function nearestName(unknown: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let least = Infinity;
  for (const name of known) {
    const distance = alignmentDistance(bare(unknown), bare(name));
    if (distance < least && distance <= Math.max(1, Math.floor(Math.max(unknown.length, name.length) / 3))) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

const bare = (name: string): string => name.toLowerCase().replace(/[-_ .]/g, '');

function alignmentDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i, ...new Array<number>(b.length).fill(0)]);
  for (let j = 0; j <= b.length; j++) rows[0][j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2][j - 2] + 1 : Infinity;
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, replaced, swapped);
    }
  }
  return rows[a.length][b.length];
}
