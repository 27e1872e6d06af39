import {Args, Flags} from '@oclif/core'
import {type SshFlags, sshFlags} from '../ssh/flags.ts'

const {char: _, ...identity} = sshFlags.identity

export const execArguments = {
  unit: Args.string({description: 'the unit: web@1'}),
}

/** `-i` has here the meaning that Docker gives it; so has `--user`, which is `--as`: see `execNames`. */
export const execFlags = {
  ...sshFlags,
  identity,
  interactive: Flags.boolean({char: 'i', summary: 'pass stdin on (default)', default: true, allowNo: true}),
  terminal: Flags.boolean({char: 't', summary: 'give the command a terminal (default: where there is one)', allowNo: true}),
  'without-terminal': Flags.boolean({char: 'T', summary: 'give it none', exclusive: ['terminal']}),
  as: Flags.string({char: 'u', summary: 'user of the command, as name or uid[:gid]; also --user', helpValue: 'USER'}),
  workdir: Flags.string({char: 'w', summary: 'directory it begins in', helpValue: 'DIRECTORY'}),
  env: Flags.string({
    char: 'e',
    summary: 'variable for it; may be repeated',
    helpValue: 'NAME=VALUE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  machine: Flags.string({char: 'm', summary: 'the machine, of a unit that is on several', helpValue: 'MACHINE'}),
}

/** What is written as `--user` is the user in the container, not etcd's. */
export const execNames = {'--user': '--as'}

/** As the parser yields them. */
export interface ExecFlags extends SshFlags {
  readonly interactive: boolean
  readonly terminal?: boolean | undefined
  readonly 'without-terminal'?: boolean | undefined
  readonly as?: string | undefined
  readonly workdir?: string | undefined
  readonly env?: readonly string[] | undefined
  readonly machine?: string | undefined
}
