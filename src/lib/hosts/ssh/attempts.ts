import ssh2, {
  type AnyAuthMethod,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2'
import type {Ask} from './ask.ts'
import {firstKey, type Identities, type KeyFile} from './identities.ts'

export interface Login {
  readonly user: string
  /** How the host is called in questions. */
  readonly label: string
  readonly identities: Identities
  /** Undefined where nobody can be asked. */
  readonly ask: Ask | undefined
  readonly signal: AbortSignal
  /** What was tried so far, in words; filled while it goes on. */
  readonly tried: string[]
  /** Called when a question that the server has asked could not be answered. */
  readonly onFault: (error: unknown) => void
}

/**
 * The ways to log in, one after another: the ssh agent, key files, then what a person can be asked. `allowed` tells what the
 * server takes, and is asked before each.
 */
export async function* attempts(login: Login, allowed: () => readonly string[]): AsyncGenerator<AnyAuthMethod> {
  const {user, identities, tried} = login
  // Costs nothing, and the refusal says what the server takes (RFC 4252, 5.2).
  yield {type: 'none', username: user}
  if (allowed().includes('publickey')) {
    const {agent, agentKeys} = identities
    if (agent !== undefined && agentKeys.length > 0) {
      tried.push(`the ssh agent (${agentKeys.length} key${agentKeys.length === 1 ? '' : 's'})`)
      yield {type: 'agent', username: user, agent: new SomeKeys(agent, agentKeys)}
    }
    const held = (file: KeyFile) => agentKeys.some(key => file.publicKey?.equals(key.getPublicSSH()))
    for (const file of identities.files.filter(each => !held(each))) {
      const key = await openKey(file, login)
      if (key === undefined) continue
      tried.push(file.path)
      yield {type: 'publickey', username: user, key}
    }
  }
  if (login.ask === undefined) return
  const {ask} = login
  if (allowed().includes('keyboard-interactive')) {
    tried.push('what the server asked for')
    for (let round = 0; round < 3 && allowed().includes('keyboard-interactive'); round++)
      yield {type: 'keyboard-interactive', username: user, prompt: answering(login, ask)}
  }
  if (allowed().includes('password')) {
    tried.push('a password')
    for (let round = 0; round < 3; round++) {
      const password = await ask(`${user}@${login.label}'s password: `, {secret: true, signal: login.signal})
      if (password === '') return
      yield {type: 'password', username: user, password}
    }
  }
}

/** Opens a key file, with its passphrase where it has one; undefined when it stays closed, and why is told under `tried`. */
async function openKey({path, text, encrypted}: KeyFile, {ask, signal, tried}: Login): Promise<ParsedKey | undefined> {
  if (!encrypted) return orNothing(firstKey(ssh2.utils.parseKey(text)))
  if (ask === undefined) {
    tried.push(`${path} (not used: it has a passphrase, and nobody to ask for it)`)
    return undefined
  }
  for (let round = 0; round < 3; round++) {
    const passphrase = await ask(`Enter passphrase for key '${path}': `, {secret: true, signal})
    if (passphrase === '') break
    const key = firstKey(ssh2.utils.parseKey(text, passphrase))
    if (!(key instanceof Error)) return key
  }
  tried.push(`${path} (not used: its passphrase was not given)`)
  return undefined
}

function orNothing(key: ParsedKey | Error): ParsedKey | undefined {
  return key instanceof Error ? undefined : key
}

type Prompts = readonly {readonly prompt: string; readonly echo?: boolean}[]

function answering({signal, onFault}: Login, ask: Ask) {
  return (_name: string, instructions: string, _language: string, prompts: Prompts, finish: (answers: string[]) => void) => {
    const answers: string[] = []
    const answer = async () => {
      for (const {prompt, echo} of prompts) {
        const before = answers.length === 0 && instructions !== '' ? `${instructions}\n` : ''
        answers.push(await ask(printable(`${before}${prompt}`), {secret: echo !== true, signal}))
      }
      finish(answers)
    }
    answer().catch(onFault)
  }
}

/** What a server has written, without what would steer a terminal. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '')
}

/** An agent of which only some keys are tried. */
class SomeKeys extends ssh2.BaseAgent<ParsedKey> {
  private readonly agent: Pick<ssh2.OpenSSHAgent, 'sign'>
  private readonly keys: readonly ParsedKey[]

  constructor(agent: Pick<ssh2.OpenSSHAgent, 'sign'>, keys: readonly ParsedKey[]) {
    super()
    this.agent = agent
    this.keys = keys
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    callback(undefined, [...this.keys])
  }

  override sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions | SignCallback, callback?: SignCallback): void {
    if (typeof options === 'function') this.agent.sign(key, data, options)
    else this.agent.sign(key, data, options, callback)
  }
}
