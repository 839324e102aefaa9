/**
 * The text of a configuration file as a tree that remembers where everything stands, so that a fault found in a value
 * can be shown in the file. Reading is forgiving in two places where YAML surprises people: an empty section is an absent
 * one, and a key is always text as written (a version `1.10` does not become the number 1.1).
 */
import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Pair,
} from 'yaml';
import { type ConfigProblem } from './problem.js';
import {
  ALIASES_MAX,
  COLLECTION_AS_KEY,
  explainAlias,
  explainSyntax,
  TOO_MANY_ALIASES,
  type Explanation,
} from './syntax-fault.js';

export type Path = readonly PropertyKey[];

export interface Position {
  readonly line: number;
  readonly column: number;
}

export class YamlSource {
  readonly #document: Document;
  readonly #lines = new LineCounter();
  /** Faults of the YAML itself. A key that stands twice is one, and leaves the rest readable. */
  readonly problems: readonly ConfigProblem[];
  /** The values as plain data; undefined where the YAML cannot be read, or is empty. */
  readonly values: unknown;
  readonly readable: boolean;

  constructor(text: string) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, merge: false });
    const faults = [...this.#document.errors, ...this.#document.warnings];
    const problems = faults.map((fault) => this.#problem(fault.pos[0], explainSyntax(fault, text)));
    const meaningProblems = this.#tidy();
    this.problems = [...problems, ...meaningProblems];
    this.readable = meaningProblems.length === 0 && faults.every((fault) => fault.code === 'DUPLICATE_KEY');
    // Unfolding cannot go on for ever: every alias was counted.
    this.values = this.readable ? this.#document.toJS({ maxAliasCount: -1 }) : undefined;
  }

  /** Makes of the document what users mean; @returns what YAML allows and a configuration does not. */
  #tidy(): ConfigProblem[] {
    const problems: ConfigProblem[] = [];
    let aliases = 0;
    visit(this.#document, {
      Pair: (_, pair) => {
        if (isCollection(pair.key)) {
          problems.push(this.#problem(pair.key.range?.[0] ?? 0, COLLECTION_AS_KEY));
          return visit.SKIP;
        }
        if (isScalar(pair.value) && pair.value.value === null) return visit.REMOVE;
        if (isScalar(pair.key) && typeof pair.key.value !== 'string') pair.key.value = pair.key.source ?? '';
        return undefined;
      },
      Alias: (_, alias) => {
        aliases++;
        const offset = alias.range?.[0] ?? 0;
        if (alias.resolve(this.#document) === undefined)
          problems.push(this.#problem(offset, explainAlias(alias.source)));
        else if (aliases === ALIASES_MAX + 1) problems.push(this.#problem(offset, TOO_MANY_ALIASES));
      },
    });
    return problems;
  }

  #problem(offset: number, explanation: Explanation): ConfigProblem {
    return { ...this.#at(offset), key: '', ...explanation, syntax: true };
  }

  /** Where the value at the path stands; where it is absent, the nearest thing above it that is there. */
  positionOf(path: Path): Position {
    const { node } = this.#find(path);
    return this.#at(isNode(node) ? (node.range?.[0] ?? 0) : 0);
  }

  /** Where the key stands that the path ends in. */
  positionOfKey(path: Path): Position {
    const { pair } = this.#find(path);
    return isNode(pair?.key) ? this.#at(pair.key.range?.[0] ?? 0) : this.positionOf(path);
  }

  /** Whether the user wrote something at the path. */
  has(path: Path): boolean {
    return this.#find(path).complete;
  }

  #find(path: Path): { node: unknown; pair: Pair | undefined; complete: boolean } {
    let node: unknown = this.#document.contents;
    let pair: Pair | undefined;
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(this.#document);
      const next = isMap(node)
        ? node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step))
        : undefined;
      if (next !== undefined) {
        // An absent value leaves its key as the place to point at.
        pair = next;
        node = pair.value ?? pair.key;
      } else if (isSeq(node) && isNode(node.items[Number(step)])) {
        node = node.items[Number(step)];
        pair = undefined;
      } else {
        return { node: pair?.key ?? node, pair, complete: false };
      }
    }
    return { node, pair, complete: true };
  }

  #at(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
}

/** `models[0].owner`: as a person would say where a value is. */
export function writePath(path: Path): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`))
    .join('');
}
