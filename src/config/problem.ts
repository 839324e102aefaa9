/**
 * One fault of a configuration file, at the place where the user can mend it. All faults of a file are reported at once,
 * each as `file:line:column key: what is wrong. Remedy.`, the form that editors and terminals turn into a link.
 */
export interface ConfigProblem {
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  /** The user's own path to the value, as in `models[0].owner`; empty for the file as a whole. */
  readonly key: string;
  /** What is wrong, without a full stop. */
  readonly wrong: string;
  /** What to do, as an imperative sentence without a full stop. */
  readonly remedy: string;
  /** Whether the file is no valid YAML, so that its values could not be looked at. */
  readonly syntax: boolean;
}

export function formatProblem(fileName: string, problem: ConfigProblem): string {
  const key = problem.key === '' ? '' : ` ${problem.key}`;
  const end = problem.remedy.endsWith('?') ? '' : '.';
  return `${fileName}:${problem.line}:${problem.column}${key}: ${problem.wrong}. ${problem.remedy}${end}`;
}

export function inFileOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}
