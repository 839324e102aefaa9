/** The version of this package, which the build writes into the command. */
import manifest from '../../package.json' with { type: 'json' };

export const VERSION: string = manifest.version;
