/** What the exit status of `plumbline` says. Scripts rely on it: a number is never given another meaning. */
export const EXIT = {
  fine: 0,
  /** A check that was asked for found something: `config check`, `generate --check`. */
  checkFailed: 1,
  /** The arguments, the configuration or the surroundings do not fit; the message says how to mend them. */
  refused: 2,
  /** A fault of Plumbline itself; the message has a stack. */
  ourFault: 3,
  /** A second signal cut the draining short. */
  interrupted: 130,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_STATUS_HELP = `
Exit status:
  0    all is well
  1    a check that was asked for found something (config check, generate --check, reference diff)
  2    the arguments, the configuration or the surroundings do not fit; the message says what to do
  3    a fault of Plumbline itself
  130  stopped by a second signal before everything was drained
`;
