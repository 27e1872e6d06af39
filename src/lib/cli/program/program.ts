import type {Command, Interfaces} from '@oclif/core'

/** All that is known of `ctl` when it is built: nothing about commands is looked up on disk when it runs. */
export interface Program {
  /** The command's name, as typed. */
  readonly name: string
  readonly version: string
  /** One line, the head of `ctl help`. */
  readonly description: string
  readonly commands: readonly CommandEntry[]
}

/** A command: what help needs to know of it, and how its module is loaded when it is run. */
export interface CommandEntry {
  readonly about: Command.Cached
  load(): Promise<{readonly default: Command.Class}>
}

/** What `ctl version` and `ctl --version` print. */
export function versionLine(program: Pick<Program, 'name' | 'version'>): string {
  return `${program.name} version ${program.version}`
}

/** The options with which oclif runs the program without discovering anything on disk. `root` is any absolute path. */
export function oclifOptions(program: Program, root: string): Interfaces.Options {
  return {root, version: program.version, plugins: new Map([[program.name, staticPlugin(program, root)]]), logger: silent}
}

/** oclif's own logger loads a package for what nobody here asks for. */
const silent: Interfaces.Logger = {
  ...{namespace: 'oclif', child: () => silent},
  ...{debug: () => {}, error: () => {}, info: () => {}, trace: () => {}, warn: () => {}},
}

/** The program as an oclif plugin that is already loaded. */
function staticPlugin(program: Program, root: string): Interfaces.Plugin {
  const pjson: Interfaces.PJSON = {
    name: program.name,
    version: program.version,
    description: program.description,
    oclif: {
      bin: program.name,
      dirname: 'meissa',
      topicSeparator: ' ',
      additionalHelpFlags: ['-h'],
      additionalVersionFlags: ['-v'],
    },
  }
  const commands = program.commands.map(entry => loadable(entry, program.name))
  return {
    _base: '',
    alias: program.name,
    commandIDs: commands.map(command => command.id),
    commands,
    commandsDir: undefined,
    findCommand: async (id: string) => commandClass(program, id),
    hasManifest: true,
    hooks: {},
    isRoot: true,
    load: async () => {},
    moduleType: 'commonjs',
    name: program.name,
    options: {root},
    pjson,
    root,
    topics: [],
    type: 'core',
    valid: true,
    version: program.version,
  }
}

function loadable(entry: CommandEntry, plugin: string): Command.Loadable {
  return {...entry.about, pluginName: plugin, pluginAlias: plugin, load: async () => classOf(entry)}
}

async function commandClass(program: Program, id: string): Promise<Command.Class> {
  const entry = program.commands.find(({about}) => about.id === id)
  if (entry === undefined) throw new Error(`no command ${id}`)
  return classOf(entry)
}

async function classOf(entry: CommandEntry): Promise<Command.Class> {
  const {default: loaded} = await entry.load()
  loaded.id = entry.about.id
  // What is not typed is not there: oclif would take it from stdin, which is a script's, or the program's that `exec` runs.
  for (const arg of Object.values(loaded.args)) arg.ignoreStdin = true
  return loaded
}
