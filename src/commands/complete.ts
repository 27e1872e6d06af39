import {ClusterCommand} from '../lib/cli/cluster-command.ts'
import {completionOf, questionOf} from '../lib/cli/completion/answer.ts'
import {connectionWords} from '../lib/cli/completion/connection-words.ts'

/** Answers the completion scripts: `bash WORDBREAKS LINE`, or the shell and `--` with the words, the last one being typed. */
export default class Complete extends ClusterCommand {
  static override hidden = true
  static override strict = false
  static override summary = 'Answer the completion of a shell'
  protected override readonly asker = 'shell'

  async run(): Promise<void> {
    const question = questionOf(this.argv)
    const text = await completionOf(question, this.config, async use => {
      const {flags} = await this.parse(Complete, [...connectionWords(question.before, Complete.baseFlags)])
      return this.withStore(flags, use)
    })
    process.stdout.write(text)
  }
}
